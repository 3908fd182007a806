// What stands for the platform in these tests: its keys, made once, and a folder for its files.

#ifndef REALMSHIFT_TESTS_COORDINATOR_EDGE_PLATFORM_H_
#define REALMSHIFT_TESTS_COORDINATOR_EDGE_PLATFORM_H_

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/files.h"
#include "coordinator/edge/public_key.h"
#include "coordinator/edge/sign_token.h"

namespace realm::edge {

// Making a key takes a tenth of a second, hence once a program.
inline const PlatformKey& PlatformsKey() {
  static const PlatformKey key = PlatformKey::Generate();
  return key;
}
inline const PlatformKey& StrangersKey() {
  static const PlatformKey key = PlatformKey::Generate();
  return key;
}

inline PublicKey PublicHalf(const PlatformKey& key) {
  return PublicKey::FromPem(key.PublicPem()).value();
}

// An empty folder that goes with its owner.
class TempFolder {
 public:
  TempFolder() {
    std::string pattern =
        absl::StrCat(std::filesystem::temp_directory_path().string(), "/realm-edge-test-XXXXXX");
    REALM_CHECK(mkdtemp(&pattern[0]) != nullptr);
    path_ = pattern;
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

  // Writes a file readable by its owner only, and returns its path.
  std::string Write(const std::string& name, absl::string_view contents) const {
    REALM_CHECK_OK(WriteFileAtomically(File(name), contents, 0600));
    return File(name);
  }

 private:
  std::string path_;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_TESTS_COORDINATOR_EDGE_PLATFORM_H_
