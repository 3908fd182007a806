#include "coordinator/edge/grpc_coordinator.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <utility>

#include "common/check.h"
#include "common/clock.h"
#include "common/limits.h"
#include "coordinator/rpc/error_info.h"

namespace realm::edge {
namespace {

// How long a call waits for the connection: longer than the channel's longest pause between two
// tries. A coordinator that is away for longer would only keep the platform waiting.
constexpr absl::Duration kConnectPatience = absl::Seconds(3);

template <typename Request, typename Response>
struct PendingCall {
  grpc::ClientContext context;
  Request request;
  Response response;
};

// Passes on one field of an answer.
template <typename Response, typename Field>
std::function<void(absl::StatusOr<Response>)> Unwrap(
    std::function<void(absl::StatusOr<Field>)> done, const Field& (Response::*field)() const) {
  return [done = std::move(done), field](const absl::StatusOr<Response>& response) {
    if (!response.ok()) return done(response.status());
    done(((*response).*field)());
  };
}

// gRPC 1.51 can free its queue of callbacks twice when the last channel that uses it goes. This
// one uses it and never goes.
void KeepCallbackQueue() {
  struct Kept {
    std::unique_ptr<v1::HookService::Stub> hooks = v1::HookService::NewStub(
        grpc::CreateChannel("unix-abstract:nobody", grpc::InsecureChannelCredentials()));
    PendingCall<v1::GetMigrationStatusRequest, v1::GetMigrationStatusResponse> call;
  };
  static Kept* const kept = [] {
    auto* made = new Kept;
    made->call.context.set_deadline(absl::ToChronoTime(absl::UnixEpoch()));
    made->hooks->async()->GetMigrationStatus(&made->call.context, &made->call.request,
                                             &made->call.response, [](const grpc::Status&) {});
    return made;
  }();
  (void)kept;
}

}  // namespace

std::shared_ptr<grpc::Channel> ConnectTo(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  // gRPC's own 120 s would leave the edge alone long after the coordinator is back.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10000);
  arguments.SetMaxReceiveMessageSize(kGrpcMessageBytesMax);
  // A retry by gRPC would run past the caller's reckoning; the platform retries itself.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

GrpcCoordinator::GrpcCoordinator(const std::shared_ptr<grpc::Channel>& channel)
    : channel_(channel),
      hooks_(v1::HookService::NewStub(channel)),
      directory_(v1::DirectoryService::NewStub(channel)) {
  KeepCallbackQueue();
}

GrpcCoordinator::~GrpcCoordinator() {
  absl::MutexLock lock(&mutex_);
  const auto idle = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return calls_ == 0; };
  mutex_.Await(absl::Condition(&idle));
}

template <typename Service, typename Request, typename Response>
void GrpcCoordinator::Start(Service* service,
                            void (Service::*method)(grpc::ClientContext*, const Request*, Response*,
                                                    std::function<void(grpc::Status)>),
                            const Request& request, absl::Time deadline, Done<Response> done,
                            WhileApart apart) {
  {
    absl::MutexLock lock(&mutex_);
    ++calls_;
  }
  auto call = std::make_shared<PendingCall<Request, Response>>();
  call->request = request;
  const bool is_apart = channel_->GetState(/*try_to_connect=*/true) != GRPC_CHANNEL_READY;
  if (is_apart && apart == WhileApart::kWait) {
    call->context.set_wait_for_ready(true);
    deadline = std::min(deadline, SystemClock().Now() + kConnectPatience);
  }
  call->context.set_deadline(absl::ToChronoTime(deadline));
  (service->*method)(&call->context, &call->request, &call->response,
                     [this, call, is_apart, done = std::move(done)](const grpc::Status& status) {
                       const bool in_vain =
                           is_apart && channel_->GetState(false) != GRPC_CHANNEL_READY;
                       if (status.ok()) {
                         done(std::move(call->response));
                       } else if (in_vain) {
                         done(absl::UnavailableError("no connection to the coordinator"));
                       } else {
                         done(coordinator::FromGrpc(status));
                       }
                       absl::MutexLock lock(&mutex_);
                       --calls_;
                     });
}

template <typename Request, typename Response>
void GrpcCoordinator::StartHook(void (HookCalls::*method)(grpc::ClientContext*, const Request*,
                                                          Response*,
                                                          std::function<void(grpc::Status)>),
                                const v1::HookOrigin& origin, const v1::HookBody& body,
                                absl::Time deadline, Done<v1::HookAnswer> done) {
  Request request;
  *request.mutable_origin() = origin;
  *request.mutable_body() = body;
  Start<HookCalls>(hooks_->async(), method, request, deadline,
                   Unwrap<Response>(std::move(done), &Response::answer), WhileApart::kWait);
}

void GrpcCoordinator::Call(Hook hook, const v1::HookOrigin& origin, const v1::HookBody& body,
                           absl::Time deadline, Done<v1::HookAnswer> done) {
  switch (hook) {
    case Hook::kSchedule:
      return StartHook<v1::ScheduleMigrationRequest, v1::ScheduleMigrationResponse>(
          &HookCalls::ScheduleMigration, origin, body, deadline, std::move(done));
    case Hook::kStart:
      return StartHook<v1::StartMigrationRequest, v1::StartMigrationResponse>(
          &HookCalls::StartMigration, origin, body, deadline, std::move(done));
    case Hook::kCommit:
      return StartHook<v1::CommitMigrationRequest, v1::CommitMigrationResponse>(
          &HookCalls::CommitMigration, origin, body, deadline, std::move(done));
    case Hook::kRollback:
      return StartHook<v1::RollbackMigrationRequest, v1::RollbackMigrationResponse>(
          &HookCalls::RollbackMigration, origin, body, deadline, std::move(done));
  }
  REALM_UNREACHABLE();
}

void GrpcCoordinator::GetStatus(const v1::MigrationRef& ref, absl::Time deadline,
                                Done<v1::GetMigrationStatusResponse> done) {
  v1::GetMigrationStatusRequest request;
  *request.mutable_ref() = ref;
  Start<HookCalls>(hooks_->async(), &HookCalls::GetMigrationStatus, request, deadline,
                   std::move(done));
}

void GrpcCoordinator::ReportTraffic(const v1::ReportTenantTrafficRequest& request,
                                    absl::Time deadline,
                                    Done<v1::ReportTenantTrafficResponse> done) {
  Start<HookCalls>(hooks_->async(), &HookCalls::ReportTenantTraffic, request, deadline,
                   std::move(done));
}

void GrpcCoordinator::Lookup(const v1::LookupTenantRequest& request, absl::Time deadline,
                             Done<v1::Tenant> done) {
  Start<DirectoryCalls, v1::LookupTenantRequest, v1::LookupTenantResponse>(
      directory_->async(), &DirectoryCalls::LookupTenant, request, deadline,
      Unwrap<v1::LookupTenantResponse>(std::move(done), &v1::LookupTenantResponse::tenant));
}

void GrpcCoordinator::Register(const v1::RegisterInstallationRequest& request, absl::Time deadline,
                               Done<v1::RegisterInstallationResponse> done) {
  Start<DirectoryCalls>(directory_->async(), &DirectoryCalls::RegisterInstallation, request,
                        deadline, std::move(done), WhileApart::kWait);
}

void GrpcCoordinator::Unregister(const v1::UnregisterInstallationRequest& request,
                                 absl::Time deadline,
                                 Done<v1::UnregisterInstallationResponse> done) {
  Start<DirectoryCalls>(directory_->async(), &DirectoryCalls::UnregisterInstallation, request,
                        deadline, std::move(done), WhileApart::kWait);
}

}  // namespace realm::edge
