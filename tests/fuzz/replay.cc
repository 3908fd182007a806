// The main program of a target without libFuzzer, for any compiler:
//
//   fuzz_NAME CORPUS [SECONDS]
//
// runs the target's seeds and every file of the folder CORPUS, and then, for SECONDS, blind changes
// of them: always the same ones in the same order.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "common/files.h"
#include "tests/fuzz/fuzz.h"

namespace realm::fuzz {
namespace {

constexpr size_t kInputBytesMax = 64 * 1024;

std::vector<std::string> Inputs(const std::string& corpus) {
  std::vector<std::string> inputs = Seeds();
  std::vector<std::string> paths;
  if (std::filesystem::exists(corpus)) {
    for (const auto& entry : std::filesystem::directory_iterator(corpus))
      paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths)
    inputs.push_back(ReadSmallFile(path).value());
  return inputs;
}

// A few bytes changed, cut out or put in, or the end of another input.
std::string Change(std::string text, const std::string& other, std::mt19937& random) {
  for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
    const size_t at = random() % (text.size() + 1);
    switch (random() % 4) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(random());
        break;
      case 1:
        text.erase(at, 1 + random() % 8);
        break;
      case 2:
        text.insert(at, 1 + random() % 8, static_cast<char>(random()));
        break;
      case 3:
        text = text.substr(0, at) + other.substr(random() % (other.size() + 1));
        break;
    }
  }
  if (text.size() > kInputBytesMax) text.resize(kInputBytesMax);
  return text;
}

}  // namespace
}  // namespace realm::fuzz

int main(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  realm::fuzz::BeQuiet();
  const std::vector<std::string> inputs = realm::fuzz::Inputs(argc > 1 ? argv[1] : "");
  for (const std::string& input : inputs)
    realm::fuzz::Run(input);
  const auto end = Clock::now() + std::chrono::seconds(argc > 2 ? std::atoi(argv[2]) : 0);
  std::mt19937 random(20300101);
  int64_t changed = 0;
  while (!inputs.empty() && Clock::now() < end) {
    for (int i = 0; i < 100; ++i, ++changed) {
      const std::string& input = inputs[random() % inputs.size()];
      const std::string& other = inputs[random() % inputs.size()];
      realm::fuzz::Run(realm::fuzz::Change(input, other, random));
    }
  }
  std::printf("%zu inputs, %lld changes of them\n", inputs.size(), static_cast<long long>(changed));
  return inputs.empty() ? 1 : 0;
}
