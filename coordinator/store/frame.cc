#include "coordinator/store/frame.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "common/digest.h"
#include "common/strings.h"

namespace realm::coordinator {
namespace {

constexpr absl::string_view kFormatWords = "realmshift store format ";
constexpr size_t kNumberBytes = 8;
// Of a row's check. It need not withstand an attacker, who could write what he likes anyway.
constexpr size_t kCheckBytes = 8;
constexpr size_t kStoreIdBytes = 16;
static_assert(kHeadBytes == kStoreIdBytes + 4 * kNumberBytes + kDigestBytes);

void AppendNumber(uint64_t number, std::string& bytes) {
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(number >> shift));
}

// REQUIRES: `bytes` has eight.
uint64_t ConsumeNumber(absl::string_view& bytes) {
  uint64_t number = 0;
  for (size_t i = 0; i < kNumberBytes; ++i) {
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  }
  bytes.remove_prefix(kNumberBytes);
  return number;
}

std::string CheckOf(absl::string_view key, absl::string_view version_and_value) {
  std::string bytes;
  bytes.reserve(kNumberBytes + key.size() + version_and_value.size());
  AppendNumber(key.size(), bytes);
  absl::StrAppend(&bytes, key, version_and_value);
  return Sha256(bytes).substr(0, kCheckBytes);
}

Row Damaged(absl::string_view key, absl::string_view why) {
  return {ToStr(key), "", 0, ToStr(why)};
}

}  // namespace

std::string EncodeFormat(int format) {
  return absl::StrCat(kFormatWords, format);
}

absl::Status CheckFormat(absl::string_view bytes) {
  int format = 0;
  absl::string_view number = bytes;
  if (!absl::ConsumePrefix(&number, kFormatWords) || !absl::SimpleAtoi(number, &format)) {
    return absl::FailedPreconditionError(
        absl::StrCat("this is no store of realmshift: its format row says \"",
                     absl::CHexEscape(bytes.substr(0, 64)), "\""));
  }
  if (format <= kStoreFormat && format >= 1) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("written by a newer realmshift (format ",
                                                    format, "; this build reads ", kStoreFormat,
                                                    "); install the build that wrote it"));
}

std::string EncodeRow(absl::string_view key, uint64_t version, absl::string_view value) {
  std::string tail;
  tail.reserve(kNumberBytes + value.size());
  AppendNumber(version, tail);
  absl::StrAppend(&tail, value);
  return absl::StrCat(CheckOf(key, tail), tail);
}

Row DecodeRow(absl::string_view key, absl::string_view bytes) {
  if (bytes.size() < kCheckBytes + kNumberBytes) {
    return Damaged(key, absl::StrCat("the row has ", bytes.size(), " bytes, too few for any"));
  }
  absl::string_view tail = bytes.substr(kCheckBytes);
  if (CheckOf(key, tail) != bytes.substr(0, kCheckBytes)) {
    return Damaged(key, "the row's check does not match its bytes");
  }
  Row row;
  row.key = ToStr(key);
  row.version = ConsumeNumber(tail);
  row.value = ToStr(tail);
  return row;
}

std::string EncodeHead(const StoreHead& head) {
  std::string bytes = head.store_id;
  AppendNumber(head.generation, bytes);
  AppendNumber(head.incarnation, bytes);
  AppendNumber(head.sequence, bytes);
  AppendNumber(head.audit_sequence, bytes);
  absl::StrAppend(&bytes, head.chain_head);
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
  head.chain_head = ToStr(bytes);
  return head;
}

}  // namespace realm::coordinator
