// A folder that is gone when its owner is.

#ifndef REALMSHIFT_COORDINATOR_CTL_SCRATCH_FOLDER_H_
#define REALMSHIFT_COORDINATOR_CTL_SCRATCH_FOLDER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace realm::ctl {

class ScratchFolder {
 public:
  // A new one in TMPDIR or /tmp whose name begins with `prefix`. Any error of the system.
  static absl::StatusOr<std::unique_ptr<ScratchFolder>> Create(absl::string_view prefix);

  // Removes it with everything in it.
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}

  const std::string path_;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_SCRATCH_FOLDER_H_
