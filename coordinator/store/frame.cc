#include "coordinator/store/frame.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "common/digest.h"
#include "common/strings.h"
#include "coordinator/store/number.h"

namespace realm::coordinator {
namespace {

constexpr absl::string_view kFormatWords = "realmshift store format ";
// Of a row's check. It need not withstand an attacker, who could write what he likes anyway.
constexpr size_t kCheckBytes = 8;

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

std::string EncodeFrame(absl::string_view key, uint64_t version, absl::string_view value) {
  std::string tail;
  tail.reserve(kNumberBytes + value.size());
  AppendNumber(version, tail);
  absl::StrAppend(&tail, value);
  return absl::StrCat(CheckOf(key, tail), tail);
}

Row DecodeFrame(absl::string_view key, absl::string_view bytes) {
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

}  // namespace realm::coordinator
