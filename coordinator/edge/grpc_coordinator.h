// The coordinator over gRPC.

#ifndef REALMSHIFT_COORDINATOR_EDGE_GRPC_COORDINATOR_H_
#define REALMSHIFT_COORDINATOR_EDGE_GRPC_COORDINATOR_H_

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "coordinator/edge/coordinator.h"
#include "realm/v1/directory.grpc.pb.h"
#include "realm/v1/hooks.grpc.pb.h"

namespace realm::edge {

// A channel that notices within seconds that the coordinator is back, and within a minute that it
// has silently gone. REQUIRES of the server: pings every 30 s on a connection with calls.
std::shared_ptr<grpc::Channel> ConnectTo(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials);

class GrpcCoordinator final : public Coordinator {
 public:
  explicit GrpcCoordinator(const std::shared_ptr<grpc::Channel>& channel);
  // Waits for the calls under way, each of which ends by its deadline.
  ~GrpcCoordinator() override;

  void Call(Hook hook, const v1::HookOrigin& origin, const v1::HookBody& body, absl::Time deadline,
            Done<v1::HookAnswer> done) override;
  void GetStatus(const v1::MigrationRef& ref, absl::Time deadline,
                 Done<v1::GetMigrationStatusResponse> done) override;
  void ReportTraffic(const v1::ReportTenantTrafficRequest& request, absl::Time deadline,
                     Done<v1::ReportTenantTrafficResponse> done) override;
  void Lookup(const v1::LookupTenantRequest& request, absl::Time deadline,
              Done<v1::Tenant> done) override;
  void Register(const v1::RegisterInstallationRequest& request, absl::Time deadline,
                Done<v1::RegisterInstallationResponse> done) override;
  void Unregister(const v1::UnregisterInstallationRequest& request, absl::Time deadline,
                  Done<v1::UnregisterInstallationResponse> done) override;

 private:
  using HookCalls = v1::HookService::StubInterface::async_interface;
  using DirectoryCalls = v1::DirectoryService::StubInterface::async_interface;

  // What a call does while the channel has no connection. Between two tries to connect gRPC fails
  // it at once, which suits those that have another answer; a hook has none but 503.
  enum class WhileApart { kFail, kWait };

  template <typename Service, typename Request, typename Response>
  void Start(Service* service,
             void (Service::*method)(grpc::ClientContext*, const Request*, Response*,
                                     std::function<void(grpc::Status)>),
             const Request& request, absl::Time deadline, Done<Response> done,
             WhileApart apart = WhileApart::kFail);
  template <typename Request, typename Response>
  void StartHook(void (HookCalls::*method)(grpc::ClientContext*, const Request*, Response*,
                                           std::function<void(grpc::Status)>),
                 const v1::HookOrigin& origin, const v1::HookBody& body, absl::Time deadline,
                 Done<v1::HookAnswer> done);

  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::HookService::Stub> hooks_;
  const std::unique_ptr<v1::DirectoryService::Stub> directory_;

  absl::Mutex mutex_;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_GRPC_COORDINATOR_H_
