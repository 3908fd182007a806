#include <algorithm>

#include "google/protobuf/stubs/logging.h"

#include "common/log.h"
#include "tests/fuzz/fuzz.h"

namespace realm::fuzz {

void BeQuiet() {
  SetLogSink([](absl::string_view) {});
  google::protobuf::SetLogHandler(nullptr);
}

uint8_t Input::Byte() {
  if (rest_.empty()) return 0;
  const auto byte = static_cast<uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return byte;
}

uint64_t Input::Number() {
  uint64_t number = 0;
  for (int i = 0; i < 8; ++i)
    number = number << 8 | Byte();
  return number;
}

absl::string_view Input::Text() {
  size_t size = Byte();
  size = std::min(size << 8 | Byte(), rest_.size());
  const absl::string_view text = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return text;
}

std::string TextSeed(absl::string_view text) {
  std::string seed = {static_cast<char>(text.size() >> 8), static_cast<char>(text.size())};
  seed.append(text.data(), text.size());
  return seed;
}

}  // namespace realm::fuzz
