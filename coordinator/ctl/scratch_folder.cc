#include "coordinator/ctl/scratch_folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace realm::ctl {

absl::StatusOr<std::unique_ptr<ScratchFolder>> ScratchFolder::Create(absl::string_view prefix) {
  std::error_code ignored;
  const std::string parent = std::filesystem::temp_directory_path(ignored).string();
  std::string path = absl::StrCat(parent.empty() ? "/tmp" : parent, "/", prefix, ".XXXXXX");
  if (mkdtemp(&path[0]) == nullptr) {
    return absl::UnavailableError(absl::StrCat(path, ": ", strerror(errno)));
  }
  return std::unique_ptr<ScratchFolder>(new ScratchFolder(path));
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace realm::ctl
