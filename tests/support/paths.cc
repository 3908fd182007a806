#include "tests/support/paths.h"

#include <stdlib.h>

#include <filesystem>

#include "common/check.h"

namespace realm {
namespace {

namespace fs = std::filesystem;

std::string FromEnvironment(const char* name) {
  const char* const value = getenv(name);
  return value == nullptr ? "" : value;
}

fs::path OwnFolder() {
  return fs::read_symlink("/proc/self/exe").parent_path();
}

}  // namespace

std::string SourceFolder() {
  if (std::string named = FromEnvironment("REALM_SOURCE_DIR"); !named.empty()) return named;
  fs::path folder = OwnFolder();
  while (!fs::exists(folder / "LICENSE") || !fs::exists(folder / "CMakeLists.txt")) {
    REALM_CHECK(folder.has_relative_path(), "no source tree above this program");
    folder = folder.parent_path();
  }
  return folder.string();
}

std::string ProgramFolder() {
  if (std::string named = FromEnvironment("REALM_BIN_DIR"); !named.empty()) return named;
  return (OwnFolder().parent_path() / "bin").string();
}

}  // namespace realm
