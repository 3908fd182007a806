// Somebody who follows the directory, as a gateway or an app would.

#ifndef REALMSHIFT_COORDINATOR_CTL_DIRECTORY_WATCHER_H_
#define REALMSHIFT_COORDINATOR_CTL_DIRECTORY_WATCHER_H_

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "coordinator/ctl/connection.h"
#include "realm/v1/directory.pb.h"

namespace realm::ctl {

// Reads DirectoryService.WatchTenants on a thread of its own, and again when the stream breaks.
//
// Thread safety: any thread may call any method.
class DirectoryWatcher {
 public:
  // `clock` must outlive it.
  DirectoryWatcher(std::unique_ptr<Connection> connection, const Clock& clock);
  ~DirectoryWatcher();
  DirectoryWatcher(const DirectoryWatcher&) = delete;
  DirectoryWatcher& operator=(const DirectoryWatcher&) = delete;

  struct Sighting {
    v1::Tenant tenant;
    absl::Time arrival;
  };

  // Waits for an entry that says that the tenant is in `realm`, at most for `patience`. Nothing:
  // none came.
  std::optional<Sighting> WaitFor(const std::string& tenant, const std::string& realm,
                                  absl::Duration patience);

 private:
  void Watch();
  void ReadStream(grpc::ClientContext* call);

  const std::unique_ptr<Connection> connection_;
  const Clock& clock_;
  absl::Mutex mutex_;
  std::vector<Sighting> sightings_ ABSL_GUARDED_BY(mutex_);
  // The stream that is being read; null between two.
  grpc::ClientContext* call_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_DIRECTORY_WATCHER_H_
