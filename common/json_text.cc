#include "common/json_text.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace realm {
namespace {

bool IsContinuation(char byte, uint8_t low = 0x80, uint8_t high = 0xbf) {
  const auto bits = static_cast<uint8_t>(byte);
  return bits >= low && bits <= high;
}

// The length of the well-formed sequence that `text` begins with, 0 if it begins with none. The
// bounds of the second byte (Unicode, table 3-7) shut out overlong forms, surrogates and what is
// past U+10FFFF.
size_t SequenceBytes(absl::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  const uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (!IsContinuation(text[1], low, high)) return 0;
  for (size_t i = 2; i < length; ++i) {
    if (!IsContinuation(text[i])) return 0;
  }
  return length;
}

void AppendAscii(char c, std::string* json) {
  switch (c) {
    case '"':
      json->append("\\\"");
      return;
    case '\\':
      json->append("\\\\");
      return;
    case '\n':
      json->append("\\n");
      return;
    case '\t':
      json->append("\\t");
      return;
    default:
      break;
  }
  if (c >= 0x20 && c != 0x7f) {
    json->push_back(c);
  } else {
    absl::StrAppend(json, "\\u", absl::Hex(static_cast<uint8_t>(c), absl::kZeroPad4));
  }
}

}  // namespace

void AppendJsonString(absl::string_view text, std::string* json) {
  json->push_back('"');
  while (!text.empty()) {
    const size_t length = SequenceBytes(text);
    if (length == 1) {
      AppendAscii(text[0], json);
    } else if (length == 0) {
      json->append("\xef\xbf\xbd");
    } else {
      json->append(text.data(), length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  json->push_back('"');
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    const size_t length = SequenceBytes(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

absl::string_view CutText(absl::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  size_t end = bytes_max;
  while (end > 0 && IsContinuation(text[end]))
    --end;
  return text.substr(0, end);
}

}  // namespace realm
