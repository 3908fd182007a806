#include "coordinator/store/store.h"

#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "common/digest.h"
#include "common/random.h"
#include "common/status_macros.h"

namespace realm::coordinator {
namespace {

constexpr int kStoreIdBytes = 16;

absl::Status CheckKey(absl::string_view key) {
  if (key.empty()) return absl::InvalidArgumentError("a key is empty");
  if (key.size() > kStoreKeyBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a key has ", key.size(), " bytes; at most ", kStoreKeyBytesMax));
  }
  if (key[0] != '\0') return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("key ", absl::CHexEscape(key), " begins with a zero byte, which is reserved"));
}

}  // namespace

bool operator==(const StoreHead& a, const StoreHead& b) {
  return std::tie(a.store_id, a.generation, a.incarnation, a.sequence, a.audit_sequence,
                  a.chain_head) == std::tie(b.store_id, b.generation, b.incarnation, b.sequence,
                                            b.audit_sequence, b.chain_head);
}

absl::Status CheckBatch(const Batch& batch, const StoreHead& head) {
  absl::flat_hash_set<absl::string_view> keys;
  for (const Write& write : batch.writes) {
    RETURN_IF_ERROR(CheckKey(write.key));
    if (keys.insert(write.key).second) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("key ", absl::CHexEscape(write.key), " is there twice"));
  }
  if (batch.chain_head.size() != kDigestBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the chain head has ", batch.chain_head.size(), " bytes, not ", kDigestBytes));
  }
  if (batch.audit_sequence >= head.audit_sequence) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the audit sequence falls from ", head.audit_sequence, " to ", batch.audit_sequence));
}

absl::Status CheckVersion(const Write& write, uint64_t found) {
  if (found == write.expected_version) return absl::OkStatus();
  return absl::AbortedError(absl::StrCat("row ", absl::CHexEscape(write.key), " has version ",
                                         found, ", not ", write.expected_version));
}

StoreHead HeadAfter(const StoreHead& head, const Batch& batch) {
  StoreHead after = head;
  ++after.sequence;
  after.audit_sequence = batch.audit_sequence;
  after.chain_head = batch.chain_head;
  return after;
}

StoreHead FirstHead() {
  StoreHead head;
  head.store_id = RandomBytes(kStoreIdBytes);
  head.generation = 1;
  head.chain_head = std::string(kDigestBytes, '\0');
  return head;
}

}  // namespace realm::coordinator
