#include <grpcpp/support/server_callback.h>

#include <string>
#include <utility>

#include "common/status_macros.h"
#include "coordinator/core/view.h"
#include "coordinator/rpc/error_info.h"
#include "coordinator/rpc/services.h"
#include "coordinator/rpc/wire.h"
#include "realm/v1/hooks.grpc.pb.h"

namespace realm::coordinator {
namespace {

namespace v1 = ::realm::v1;

class HookServiceImpl final : public v1::HookService::CallbackService {
 public:
  HookServiceImpl(Engine* engine, const Authorizer* authorizer, HookMetrics* metrics)
      : engine_(engine), authorizer_(authorizer), metrics_(metrics) {}

  grpc::ServerUnaryReactor* ScheduleMigration(grpc::CallbackServerContext* call,
                                              const v1::ScheduleMigrationRequest* request,
                                              v1::ScheduleMigrationResponse* response) override {
    return Run(call, "HookService.ScheduleMigration", Hook::kSchedule, request, response);
  }
  grpc::ServerUnaryReactor* StartMigration(grpc::CallbackServerContext* call,
                                           const v1::StartMigrationRequest* request,
                                           v1::StartMigrationResponse* response) override {
    return Run(call, "HookService.StartMigration", Hook::kStart, request, response);
  }
  grpc::ServerUnaryReactor* CommitMigration(grpc::CallbackServerContext* call,
                                            const v1::CommitMigrationRequest* request,
                                            v1::CommitMigrationResponse* response) override {
    return Run(call, "HookService.CommitMigration", Hook::kCommit, request, response);
  }
  grpc::ServerUnaryReactor* RollbackMigration(grpc::CallbackServerContext* call,
                                              const v1::RollbackMigrationRequest* request,
                                              v1::RollbackMigrationResponse* response) override {
    return Run(call, "HookService.RollbackMigration", Hook::kRollback, request, response);
  }

  grpc::ServerUnaryReactor* GetMigrationStatus(grpc::CallbackServerContext* call,
                                               const v1::GetMigrationStatusRequest* request,
                                               v1::GetMigrationStatusResponse* response) override {
    const absl::Duration began = engine_->monotonic();
    if (metrics_ != nullptr) metrics_->Polled(engine_->now());
    return Finish(call->DefaultReactor(), "status", began, Status(*call, *request, response));
  }

  grpc::ServerUnaryReactor* ReportTenantTraffic(
      grpc::CallbackServerContext* call, const v1::ReportTenantTrafficRequest* request,
      v1::ReportTenantTrafficResponse* response) override {
    const absl::Duration began = engine_->monotonic();
    grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
    absl::StatusOr<Input> input = ReadTraffic(*call, *request);
    if (!input.ok() || KeyOf(*input).migration.empty()) {
      // Nobody waits for this tenant's traffic: nothing to write down.
      return Finish(reactor, "traffic", began, input.status());
    }
    const auto done = [this, began, reactor, response](absl::StatusOr<Answer> answer) {
      response->set_recorded(answer.ok() && answer->recorded);
      Finish(reactor, "traffic", began, answer.status());
    };
    engine_->Submit(*std::move(input), done);
    return reactor;
  }

 private:
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* call, absl::string_view method,
                                Hook hook, const Request* request, Response* response) {
    const absl::Duration began = engine_->monotonic();
    grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
    absl::StatusOr<Input> input = Read(*call, method, hook, *request);
    if (!input.ok()) return Finish(reactor, ToString(hook), began, input.status());
    const v1::MigrationRef ref = ToProto(KeyOf(*input));
    const auto done = [this, hook, began, reactor, response, ref](absl::StatusOr<Answer> answer) {
      if (answer.ok()) {
        if (answer->replayed && metrics_ != nullptr) metrics_->Replayed(ToString(hook));
        v1::HookAnswer* out = response->mutable_answer();
        *out->mutable_ref() = ref;
        out->mutable_ref()->set_migration_id(answer->migration.value());
        out->set_status(answer->status);
        out->set_replayed(answer->replayed);
        out->set_version(answer->version);
      }
      Finish(reactor, ToString(hook), began, answer.status());
    };
    engine_->Submit(*std::move(input), done);
    return reactor;
  }

  grpc::ServerUnaryReactor* Finish(grpc::ServerUnaryReactor* reactor, absl::string_view hook,
                                   absl::Duration began, const absl::Status& answer) {
    const absl::Status status = WithReason(answer);
    if (metrics_ != nullptr) metrics_->Answered(hook, status, engine_->monotonic() - began);
    reactor->Finish(ToGrpc(status));
    return reactor;
  }

  template <typename Request>
  absl::StatusOr<Input> Read(const grpc::CallbackServerContext& call, absl::string_view method,
                             Hook hook, const Request& request) {
    ASSIGN_OR_RETURN(const std::string caller, authorizer_->Check(call, method));
    ASSIGN_OR_RETURN(HookInput input, FromProto(hook, request.origin(),
                                                request.has_body() ? &request.body() : nullptr));
    const std::string& platform = request.origin().platform();
    std::string actor =
        absl::StrCat(platform.empty() ? "caller" : "platform:", platform, " by ", caller);
    return Input{std::move(input), std::move(actor)};
  }

  absl::StatusOr<Input> ReadTraffic(const grpc::CallbackServerContext& call,
                                    const v1::ReportTenantTrafficRequest& request) {
    ASSIGN_OR_RETURN(std::string caller,
                     authorizer_->Check(call, "HookService.ReportTenantTraffic"));
    RETURN_IF_ERROR(CheckId("app_id", request.app_id()));
    RETURN_IF_ERROR(CheckId("tenant_id", request.tenant_id()));
    RETURN_IF_ERROR(CheckId("realm", request.realm()));
    const RealmPolicy* realm = FindRealm(engine_->policy(), request.realm());
    if (realm == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("realm \"", request.realm(), "\" is not configured"));
    }
    const TenantKey key{AppId(request.app_id()), TenantId(request.tenant_id())};
    const TenantPtr tenant = engine_->book().FindTenant(key);
    TrafficInput traffic;
    traffic.key = MigrationKey{key.app, key.tenant, tenant ? tenant->active : MigrationId()};
    traffic.realm = realm->code;
    traffic.via = request.via().substr(0, 64);
    if (request.has_seen_time()) traffic.seen = FromProto(request.seen_time());
    // Asked before every write: a request of a tenant that is not moving costs a look-up only.
    const MigrationPtr m = engine_->book().FindMigration(traffic.key);
    const bool waited_for =
        m != nullptr && (m->state == State::kCommitting || m->state == State::kSwitched);
    if (!waited_for) traffic.key.migration = MigrationId();
    return Input{std::move(traffic), std::move(caller)};
  }

  absl::Status Status(const grpc::CallbackServerContext& call,
                      const v1::GetMigrationStatusRequest& request,
                      v1::GetMigrationStatusResponse* response) {
    RETURN_IF_ERROR(authorizer_->Check(call, "HookService.GetMigrationStatus").status());
    ASSIGN_OR_RETURN(MigrationKey key, FromProto(request.ref()));
    const TenantPtr tenant = engine_->book().FindTenant(TenantKey{key.app, key.tenant});
    key.migration = ResolveMigration(Hook::kCommit, key.migration, tenant.get());
    const MigrationPtr m = engine_->ReadMigration(key).value_or(nullptr);
    response->set_status(std::string(m ? StatusWord(*m) : "unknown"));
    if (m == nullptr) return absl::OkStatus();
    if (m->state == State::kFailed) response->set_error_response_code("E9999");
    response->set_version(m->version);
    return absl::OkStatus();
  }

  Engine* const engine_;
  const Authorizer* const authorizer_;
  HookMetrics* const metrics_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeHookService(Engine* engine, const Authorizer* authorizer,
                                               HookMetrics* metrics) {
  return std::make_unique<HookServiceImpl>(engine, authorizer, metrics);
}

}  // namespace realm::coordinator
