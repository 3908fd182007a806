// What a fuzz target is made of. Each *_fuzz.cc is one target and defines Run and Seeds; two mains
// go with any of them: libfuzzer.cc hands it what libFuzzer invents (./dev fuzz), and replay.cc its
// seeds and the files of its corpus (ctest).

#ifndef REALMSHIFT_TESTS_FUZZ_FUZZ_H_
#define REALMSHIFT_TESTS_FUZZ_FUZZ_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

#include "common/check.h"

namespace realm::fuzz {

// One input. Refusing it is fine; a broken REALM_CHECK, like anything a sanitizer sees, ends the
// program.
void Run(absl::string_view input);

// Inputs to begin with: what this build's own encoders write, so that they never go stale.
std::vector<std::string> Seeds();

// Neither ours nor protobuf's complaints are written: there would be one for nearly each input.
void BeQuiet();

// Takes an input apart from the front. An input that ends early reads as zeros and empty texts.
class Input {
 public:
  explicit Input(absl::string_view bytes) : rest_(bytes) {}

  uint8_t Byte();
  uint64_t Number();
  // A length of two bytes, and as many bytes.
  absl::string_view Text();
  absl::string_view Rest() { return std::exchange(rest_, {}); }
  bool empty() const { return rest_.empty(); }

 private:
  absl::string_view rest_;
};

// What Input::Text takes apart again.
std::string TextSeed(absl::string_view text);

}  // namespace realm::fuzz

#endif  // REALMSHIFT_TESTS_FUZZ_FUZZ_H_
