#include <grpcpp/support/server_callback.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/limits.h"
#include "common/status_macros.h"
#include "coordinator/rpc/error_info.h"
#include "coordinator/rpc/services.h"
#include "coordinator/rpc/watch_stream.h"
#include "coordinator/rpc/wire.h"
#include "realm/v1/directory.grpc.pb.h"

namespace realm::coordinator {
namespace {

namespace v1 = ::realm::v1;

class DirectoryServiceImpl final : public v1::DirectoryService::CallbackService {
 public:
  DirectoryServiceImpl(Engine* engine, const Authorizer* authorizer)
      : engine_(engine), authorizer_(authorizer) {}

  grpc::ServerUnaryReactor* LookupTenant(grpc::CallbackServerContext* call,
                                         const v1::LookupTenantRequest* request,
                                         v1::LookupTenantResponse* response) override {
    return Answer(call, Lookup(*call, *request, response));
  }

  grpc::ServerUnaryReactor* BatchLookupTenants(grpc::CallbackServerContext* call,
                                               const v1::BatchLookupTenantsRequest* request,
                                               v1::BatchLookupTenantsResponse* response) override {
    return Answer(call, BatchLookup(*call, *request, response));
  }

  grpc::ServerUnaryReactor* ListTenantHistory(grpc::CallbackServerContext* call,
                                              const v1::ListTenantHistoryRequest* request,
                                              v1::ListTenantHistoryResponse* response) override {
    return Answer(call, History(*call, *request, response));
  }

  grpc::ServerWriteReactor<v1::WatchTenantsResponse>* WatchTenants(
      grpc::CallbackServerContext* call, const v1::WatchTenantsRequest*) override {
    using Stream = WatchStream<Tenant, v1::WatchTenantsResponse>;
    const absl::Status allowed =
        authorizer_->Check(*call, "DirectoryService.WatchTenants").status();
    if (!allowed.ok()) return Stream::Refuse(allowed);
    return Stream::Start(
        &engine_->book().tenants_feed(), [this] { return engine_->book().AllTenants(); },
        [this](const Tenant& row, uint64_t revision, v1::WatchTenantsResponse* out) {
          *out->mutable_tenant() = Show(row);
          out->set_revision(revision);
          return true;
        });
  }

  grpc::ServerWriteReactor<v1::WatchInstallationsResponse>* WatchInstallations(
      grpc::CallbackServerContext* call, const v1::WatchInstallationsRequest*) override {
    using Stream = WatchStream<Installation, v1::WatchInstallationsResponse>;
    const absl::Status allowed =
        authorizer_->Check(*call, "DirectoryService.WatchInstallations").status();
    if (!allowed.ok()) return Stream::Refuse(allowed);
    return Stream::Start(
        &engine_->book().installations_feed(),
        [this] { return engine_->book().AllInstallations(); },
        [](const Installation& row, uint64_t, v1::WatchInstallationsResponse* out) {
          *out->mutable_installation() = ToProto(row);
          return true;
        });
  }

  grpc::ServerUnaryReactor* RegisterInstallation(
      grpc::CallbackServerContext* call, const v1::RegisterInstallationRequest* request,
      v1::RegisterInstallationResponse* response) override {
    grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
    const absl::StatusOr<std::string> caller =
        authorizer_->Check(*call, "DirectoryService.RegisterInstallation");
    absl::StatusOr<Installation> installation = FromProto(request->installation());
    absl::StatusOr<RealmId> realm = FindInstallRealm(*request);
    for (const absl::Status& status : {caller.status(), installation.status(), realm.status()}) {
      if (status.ok()) continue;
      reactor->Finish(ToGrpc(WithReason(status)));
      return reactor;
    }
    engine_->Install(*realm, *std::move(installation), *caller,
                     [this, reactor, response](absl::StatusOr<InstallAnswer> answer) {
                       if (answer.ok()) {
                         *response->mutable_tenant() = Show(*answer->tenant);
                         response->set_rule(answer->rule);
                       }
                       reactor->Finish(ToGrpc(WithReason(answer.status())));
                     });
    return reactor;
  }

  grpc::ServerUnaryReactor* UnregisterInstallation(
      grpc::CallbackServerContext* call, const v1::UnregisterInstallationRequest* request,
      v1::UnregisterInstallationResponse* response) override {
    grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
    const absl::StatusOr<std::string> caller =
        authorizer_->Check(*call, "DirectoryService.UnregisterInstallation");
    absl::StatusOr<TenantKey> key = ReadTenantKey(request->app_id(), request->tenant_id());
    if (!caller.ok() || !key.ok()) {
      reactor->Finish(ToGrpc(WithReason(caller.ok() ? key.status() : caller.status())));
      return reactor;
    }
    engine_->Uninstall(*std::move(key), *caller,
                       [this, reactor, response](absl::StatusOr<InstallAnswer> answer) {
                         if (answer.ok()) *response->mutable_tenant() = Show(*answer->tenant);
                         reactor->Finish(ToGrpc(WithReason(answer.status())));
                       });
    return reactor;
  }

 private:
  static grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* call,
                                          const absl::Status& status) {
    grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
    reactor->Finish(ToGrpc(WithReason(status)));
    return reactor;
  }

  v1::Tenant Show(const Tenant& tenant) const { return ToProto(tenant, engine_->generation()); }

  // An installation at the base URL that names no realm belongs to the app's default.
  absl::StatusOr<RealmId> FindInstallRealm(const v1::RegisterInstallationRequest& request) {
    const AppPolicy* app = FindApp(engine_->policy(), AppId(request.installation().app_id()));
    if (app == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          "installation.app_id: app ", request.installation().app_id(), " is not configured"));
    }
    if (request.realm().empty()) return app->default_realm;
    const RealmPolicy* realm = FindRealm(engine_->policy(), request.realm());
    if (realm == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("realm \"", request.realm(), "\" is not configured"));
    }
    return realm->code;
  }

  absl::Status Lookup(const grpc::CallbackServerContext& call,
                      const v1::LookupTenantRequest& request, v1::LookupTenantResponse* response) {
    ASSIGN_OR_RETURN(std::string caller, authorizer_->Check(call, "DirectoryService.LookupTenant"));
    ASSIGN_OR_RETURN(const TenantKey key, ReadTenantKey(request.app_id(), request.tenant_id()));
    const TenantPtr tenant = engine_->book().FindTenant(key);
    if (tenant == nullptr) return absl::NotFoundError("the directory does not know this tenant");
    *response->mutable_tenant() = Show(*tenant);
    // Only who may report traffic may do so by looking up.
    if (authorizer_->Check(call, "HookService.ReportTenantTraffic").ok()) {
      NoteTraffic(*tenant, request.on_behalf_of_request_at_realm(), std::move(caller));
    }
    return absl::OkStatus();
  }

  // A look-up for a request of the tenant says where its traffic arrives.
  void NoteTraffic(const Tenant& tenant, const std::string& at_realm, std::string caller) {
    const RealmPolicy* realm = FindRealm(engine_->policy(), at_realm);
    if (at_realm.empty() || realm == nullptr || tenant.active.empty()) return;
    const MigrationKey key{tenant.key.app, tenant.key.tenant, tenant.active};
    const MigrationPtr m = engine_->book().FindMigration(key);
    if (m == nullptr || (m->state != State::kCommitting && m->state != State::kSwitched)) return;
    engine_->Submit(Input{TrafficInput{key, realm->code, "lookup"}, std::move(caller)},
                    [](const absl::StatusOr<coordinator::Answer>&) {});
  }

  absl::Status BatchLookup(const grpc::CallbackServerContext& call,
                           const v1::BatchLookupTenantsRequest& request,
                           v1::BatchLookupTenantsResponse* response) {
    RETURN_IF_ERROR(authorizer_->Check(call, "DirectoryService.BatchLookupTenants").status());
    if (request.tenant_ids_size() > kPageSizeMax) {
      return absl::InvalidArgumentError(absl::StrCat("tenant_ids has ", request.tenant_ids_size(),
                                                     " entries; at most ", kPageSizeMax));
    }
    for (const std::string& id : request.tenant_ids()) {
      const TenantPtr tenant =
          engine_->book().FindTenant(TenantKey{AppId(request.app_id()), TenantId(id)});
      if (tenant != nullptr) *response->add_tenants() = Show(*tenant);
    }
    return absl::OkStatus();
  }

  absl::Status History(const grpc::CallbackServerContext& call,
                       const v1::ListTenantHistoryRequest& request,
                       v1::ListTenantHistoryResponse* response) {
    RETURN_IF_ERROR(authorizer_->Check(call, "DirectoryService.ListTenantHistory").status());
    ASSIGN_OR_RETURN(const TenantKey key, ReadTenantKey(request.app_id(), request.tenant_id()));
    const TenantPtr tenant = engine_->book().FindTenant(key);
    if (tenant == nullptr) return absl::NotFoundError("the directory does not know this tenant");
    *response->mutable_current() = Show(*tenant);
    for (const PreviousRealm& p : tenant->previous)
      *response->add_previous_realms() = ToProto(p);
    return absl::OkStatus();
  }

  Engine* const engine_;
  const Authorizer* const authorizer_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeDirectoryService(Engine* engine, const Authorizer* authorizer) {
  return std::make_unique<DirectoryServiceImpl>(engine, authorizer);
}

}  // namespace realm::coordinator
