#include "worker/connector/encoding.h"

#include "absl/strings/str_cat.h"

#include "common/digest.h"

namespace realm::worker {
namespace {

template <typename Integer>
void AppendBigEndian(Integer value, std::string& output) {
  for (int shift = 8 * (sizeof(Integer) - 1); shift >= 0; shift -= 8) {
    output.push_back(static_cast<char>(value >> shift));
  }
}

template <typename Integer>
bool ConsumeBigEndian(absl::string_view& input, Integer& value) {
  if (input.size() < sizeof(Integer)) return false;
  value = 0;
  for (size_t i = 0; i < sizeof(Integer); ++i) {
    value = static_cast<Integer>(value << 8 | static_cast<uint8_t>(input[i]));
  }
  input.remove_prefix(sizeof(Integer));
  return true;
}

}  // namespace

void AppendVarint(uint64_t value, std::string& output) {
  while (value >= 0x80) {
    output.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  output.push_back(static_cast<char>(value));
}

void AppendSized(absl::string_view bytes, std::string& output) {
  AppendVarint(bytes.size(), output);
  output.append(bytes.data(), bytes.size());
}

void AppendFixed64(uint64_t value, std::string& output) {
  AppendBigEndian(value, output);
}

void AppendFixed32(uint32_t value, std::string& output) {
  AppendBigEndian(value, output);
}

bool ConsumeVarint(absl::string_view& input, uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && !input.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(input.front());
    input.remove_prefix(1);
    // The tenth byte has room for one bit; more would be lost without a word.
    if (shift == 63 && byte > 1) return false;
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool ConsumeSized(absl::string_view& input, absl::string_view& bytes) {
  uint64_t size = 0;
  if (!ConsumeVarint(input, size) || size > input.size()) return false;
  bytes = input.substr(0, size);
  input.remove_prefix(size);
  return true;
}

bool ConsumeFixed64(absl::string_view& input, uint64_t& value) {
  return ConsumeBigEndian(input, value);
}

bool ConsumeFixed32(absl::string_view& input, uint32_t& value) {
  return ConsumeBigEndian(input, value);
}

bool ConsumeByte(absl::string_view& input, uint8_t& value) {
  return ConsumeBigEndian(input, value);
}

std::string KeyForError(absl::string_view key) {
  return absl::StrCat("key ", ToHex(Sha256(key)).substr(0, 16));
}

}  // namespace realm::worker
