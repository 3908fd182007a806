// A folder of a test's own, gone with the object.
#ifndef REALMSHIFT_TESTS_SUPPORT_TEMP_FOLDER_H_
#define REALMSHIFT_TESTS_SUPPORT_TEMP_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "common/check.h"

namespace realm {

class TempFolder {
 public:
  TempFolder() {
    const char* base = getenv("TMPDIR");
    path_ = std::string(base != nullptr ? base : "/tmp") + "/realm-test-XXXXXX";
    REALM_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace realm

#endif  // REALMSHIFT_TESTS_SUPPORT_TEMP_FOLDER_H_
