// Changes of migrations as they happen, without waiting for them where one does not want to.

#ifndef REALMSHIFT_COORDINATOR_CTL_CHANGE_FEED_H_
#define REALMSHIFT_COORDINATOR_CTL_CHANGE_FEED_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "coordinator/ctl/connection.h"
#include "realm/v1/admin.pb.h"

namespace realm::ctl {

// AdminService.WatchMigrations, read on a thread of its own.
//
// Thread safety: one thread at a time.
class ChangeFeed {
 public:
  // `connection` must outlive this.
  ChangeFeed(Connection& connection, const std::string& filter);
  ~ChangeFeed();
  ChangeFeed(const ChangeFeed&) = delete;
  ChangeFeed& operator=(const ChangeFeed&) = delete;

  // The next change, waiting for it at most for `patience`; nothing if none came.
  //
  // Unavailable, or what the service says: the stream has ended, and all its changes were given.
  absl::StatusOr<std::optional<v1::WatchMigrationsResponse>> Next(absl::Duration patience);

 private:
  void Read();

  Connection& connection_;
  grpc::ClientContext call_;
  const std::unique_ptr<grpc::ClientReader<v1::WatchMigrationsResponse>> stream_;
  absl::Mutex mutex_;
  std::deque<v1::WatchMigrationsResponse> changes_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Status> ended_ ABSL_GUARDED_BY(mutex_);
  std::thread reader_;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_CHANGE_FEED_H_
