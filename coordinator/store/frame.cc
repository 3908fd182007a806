#include "coordinator/store/frame.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "common/strings.h"
#include "coordinator/store/crc32c.h"
#include "coordinator/store/number.h"

namespace realm::coordinator {
namespace {

constexpr absl::string_view kFormatWords = "realmshift store format ";
constexpr size_t kCheckBytes = 4;

// Over the key too, its length first: a row under another's key is damaged.
std::string CheckOf(absl::string_view key, absl::string_view version_and_value) {
  std::string length;
  AppendNumber(key.size(), length);
  uint32_t crc = ExtendCrc32c(0, length);
  crc = ExtendCrc32c(crc, key);
  crc = ExtendCrc32c(crc, version_and_value);
  std::string check;
  for (int shift = 24; shift >= 0; shift -= 8)
    check.push_back(static_cast<char>(crc >> shift));
  return check;
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
