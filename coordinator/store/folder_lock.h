// One process at a time has a folder.

#ifndef REALMSHIFT_COORDINATOR_STORE_FOLDER_LOCK_H_
#define REALMSHIFT_COORDINATOR_STORE_FOLDER_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace realm::coordinator {

// Held for as long as it lives; the system lets go of it when the process ends, however it ends.
class FolderLock {
 public:
  // Takes the lock of `folder`, which is made if it is not there (mode 0700). UNAVAILABLE: another
  // holds it; the message says which process. Other errors of the system.
  static absl::StatusOr<std::unique_ptr<FolderLock>> Take(const std::string& folder);

  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}

  const int descriptor_;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_FOLDER_LOCK_H_
