// A folder of a test's own, removed with everything in it at the end.

#ifndef REALMSHIFT_TESTS_SUPPORT_TEMP_FOLDER_H_
#define REALMSHIFT_TESTS_SUPPORT_TEMP_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "common/check.h"

namespace realm {

class TempFolder {
 public:
  TempFolder() : path_((std::filesystem::temp_directory_path() / "realm.XXXXXX").string()) {
    REALM_CHECK(mkdtemp(&path_[0]) != nullptr, path_);
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string path(absl::string_view name) const { return absl::StrCat(path_, "/", name); }

 private:
  std::string path_;
};

}  // namespace realm

#endif  // REALMSHIFT_TESTS_SUPPORT_TEMP_FOLDER_H_
