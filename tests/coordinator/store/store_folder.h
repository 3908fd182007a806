// A store's folder in a test: opened, copied as a crash would leave it, and damaged.

#ifndef REALMSHIFT_TESTS_COORDINATOR_STORE_STORE_FOLDER_H_
#define REALMSHIFT_TESTS_COORDINATOR_STORE_STORE_FOLDER_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "coordinator/store/store.h"

namespace realm::coordinator {

absl::StatusOr<std::unique_ptr<Store>> OpenStore(const std::string& folder);
// Stops the test's program if it cannot be opened.
std::unique_ptr<Store> MustOpenStore(const std::string& folder);
absl::StatusOr<std::unique_ptr<Store>> OpenStoreAcceptingLoss(const std::string& folder);

// Replaces `to` by a copy of `from`. While a store has `from` open, that is what SIGKILL at this
// moment would leave: whatever the process wrote is the system's.
void CopyFolder(const std::string& from, const std::string& to);

// Path within the folder to contents, without the lock.
std::map<std::string, std::string> ContentsOf(const std::string& folder);

// Of the database in the folder: the write-ahead log that has bytes, and the paths of all files.
std::string LogOf(const std::string& folder);
std::vector<std::string> FilesOf(const std::string& folder);

void FlipByte(const std::string& path, size_t offset);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_TESTS_COORDINATOR_STORE_STORE_FOLDER_H_
