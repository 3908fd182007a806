// Keeps the local copies up to date from the coordinator's streams, for as long as this lives. A
// stream that breaks is opened again, at first soon and then every few seconds; meanwhile the
// copies stay what they were.

#ifndef REALMSHIFT_COORDINATOR_EDGE_WATCHES_H_
#define REALMSHIFT_COORDINATOR_EDGE_WATCHES_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "coordinator/edge/installation_cache.h"
#include "coordinator/edge/status_cache.h"
#include "coordinator/edge/tenant_cache.h"
#include "realm/v1/admin.grpc.pb.h"
#include "realm/v1/directory.grpc.pb.h"

namespace realm::edge {

// A thread of its own for each of three streams.
class Watches {
 public:
  // All must outlive this.
  Watches(const std::shared_ptr<grpc::Channel>& channel, StatusCache* statuses,
          InstallationCache* installations, TenantCache* tenants);
  ~Watches();

  // Waits until each copy is complete: by a stream, or by what a file held. False after `timeout`.
  bool AwaitComplete(absl::Duration timeout) const;

  // Whether all three copies are at most a moment behind.
  bool live() const;

 private:
  // Reads one stream until it ends, and says how it ended.
  using ReadStream = std::function<grpc::Status(grpc::ClientContext* context)>;

  void Keep(const std::string& name, Mirror* mirror, const ReadStream& read);
  grpc::Status ReadMigrations(grpc::ClientContext* context);
  grpc::Status ReadInstallations(grpc::ClientContext* context);
  grpc::Status ReadTenants(grpc::ClientContext* context);
  // False when this is going.
  bool Open(grpc::ClientContext* context);
  void Close(grpc::ClientContext* context);

  const std::unique_ptr<v1::AdminService::Stub> admin_;
  const std::unique_ptr<v1::DirectoryService::Stub> directory_;
  StatusCache* const statuses_;
  InstallationCache* const installations_;
  TenantCache* const tenants_;

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<grpc::ClientContext*> open_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_WATCHES_H_
