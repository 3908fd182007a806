// A connection to the coordinator.

#ifndef REALMSHIFT_COORDINATOR_CTL_CONNECTION_H_
#define REALMSHIFT_COORDINATOR_CTL_CONNECTION_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "absl/status/statusor.h"

#include "coordinator/ctl/endpoint.h"
#include "coordinator/rpc/error_info.h"
#include "realm/v1/admin.grpc.pb.h"
#include "realm/v1/directory.grpc.pb.h"
#include "realm/v1/hooks.grpc.pb.h"

namespace realm::ctl {

// Thread safety: any thread may call any method.
class Connection {
 public:
  // Does not connect yet: that happens at the first call. The errors of OwnIdentity and
  // RequireLoopback.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const Endpoint& endpoint);

  v1::AdminService::Stub& admin() { return *admin_; }
  v1::DirectoryService::Stub& directory() { return *directory_; }
  v1::HookService::Stub& hooks() { return *hooks_; }

  // Waits until the coordinator accepts the connection, at most for `patience`. Whether it does.
  // For those who try again and again: between calls that fail at once gRPC makes no progress.
  bool WaitUntilConnected(absl::Duration patience) const;

  // One call under the endpoint's timeout:
  //
  //   connection.Call(connection.admin(), &v1::AdminService::Stub::ListWorkers, request)
  //
  // Errors are the service's, with their ErrorInfo, or Unavailable or DeadlineExceeded.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) const {
    grpc::ClientContext call;
    call.set_deadline(Deadline());
    Response response;
    const grpc::Status status = (stub.*method)(&call, request, &response);
    if (!status.ok()) return Explain(coordinator::FromGrpc(status));
    return response;
  }

  // When a call that begins now has to have ended.
  gpr_timespec Deadline() const;
  // The error of a stream that ended, which a watch does not by itself: OK is Unavailable.
  absl::Status ExplainEnd(const grpc::Status& ended) const;

 private:
  absl::Status Explain(const absl::Status& status) const;
  Connection(Endpoint endpoint, std::shared_ptr<grpc::Channel> channel);

  const Endpoint endpoint_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::AdminService::Stub> admin_;
  const std::unique_ptr<v1::DirectoryService::Stub> directory_;
  const std::unique_ptr<v1::HookService::Stub> hooks_;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_CONNECTION_H_
