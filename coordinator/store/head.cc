#include "coordinator/store/head.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "common/digest.h"
#include "common/random.h"
#include "common/status_macros.h"
#include "common/strings.h"
#include "coordinator/store/number.h"

namespace realm::coordinator {
namespace {

constexpr int kStoreIdBytes = 16;
static_assert(kHeadBytes == kStoreIdBytes + 6 * kNumberBytes + kDigestBytes);

// What the first audit record follows. Before it, there is no chain head.
std::string NoChainHead() {
  return std::string(kDigestBytes, '\0');
}

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
  return EncodeHead(a) == EncodeHead(b);
}

absl::Status CheckBatch(const Batch& batch, const StoreHead& head) {
  absl::flat_hash_set<absl::string_view> keys;
  keys.reserve(batch.writes.size());
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
  for (const Write& write : batch.writes) {
    const bool was_there = write.expected_version > 0;
    if (write.value.has_value()) {
      after.row_count += was_there ? 0 : 1;
      ++after.version_sum;
    } else {
      after.row_count -= was_there ? 1 : 0;
      after.version_sum -= write.expected_version;
    }
  }
  return after;
}

StoreHead FirstHead() {
  StoreHead head;
  head.store_id = RandomBytes(kStoreIdBytes);
  head.generation = 1;
  return head;
}

StoreState InfoOf(const StoreHead& head, absl::string_view description) {
  return {head.generation, head.incarnation, head.audit_sequence, head.chain_head,
          ToStr(description)};
}

std::string EncodeHead(const StoreHead& head) {
  std::string bytes = head.store_id;
  AppendNumber(head.generation, bytes);
  AppendNumber(head.incarnation, bytes);
  AppendNumber(head.sequence, bytes);
  AppendNumber(head.audit_sequence, bytes);
  AppendNumber(head.row_count, bytes);
  AppendNumber(head.version_sum, bytes);
  absl::StrAppend(&bytes, head.chain_head.empty() ? NoChainHead() : head.chain_head);
  return bytes;
}

absl::StatusOr<StoreHead> DecodeHead(absl::string_view bytes) {
  if (bytes.size() != kHeadBytes) {
    return absl::DataLossError(
        absl::StrCat("the store's head has ", bytes.size(), " bytes, not ", kHeadBytes));
  }
  StoreHead head;
  head.store_id = ToStr(bytes.substr(0, kStoreIdBytes));
  bytes.remove_prefix(kStoreIdBytes);
  head.generation = ConsumeNumber(bytes);
  head.incarnation = ConsumeNumber(bytes);
  head.sequence = ConsumeNumber(bytes);
  head.audit_sequence = ConsumeNumber(bytes);
  head.row_count = ConsumeNumber(bytes);
  head.version_sum = ConsumeNumber(bytes);
  if (bytes != NoChainHead()) head.chain_head = ToStr(bytes);
  return head;
}

}  // namespace realm::coordinator
