// The main program of a target when libFuzzer invents the inputs.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"

#include "common/files.h"
#include "tests/fuzz/fuzz.h"

// Writes the seeds into the folder that REALM_FUZZ_SEEDS names.
extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  realm::fuzz::BeQuiet();
  const char* folder = std::getenv("REALM_FUZZ_SEEDS");
  if (folder == nullptr) return 0;
  std::filesystem::create_directories(folder);
  int number = 0;
  for (const std::string& seed : realm::fuzz::Seeds()) {
    REALM_CHECK_OK(
        realm::WriteFileAtomically(absl::StrCat(folder, "/seed-", ++number), seed, 0600));
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  realm::fuzz::Run(absl::string_view(reinterpret_cast<const char*>(bytes), size));
  return 0;
}
