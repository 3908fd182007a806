#include <grpcpp/support/server_callback.h>

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "common/limits.h"
#include "common/status_macros.h"
#include "coordinator/rpc/error_info.h"
#include "coordinator/rpc/filter.h"
#include "coordinator/rpc/queues.h"
#include "coordinator/rpc/services.h"
#include "coordinator/rpc/watch_stream.h"
#include "coordinator/rpc/wire.h"
#include "realm/v1/admin.grpc.pb.h"

#ifndef REALM_VERSION
#define REALM_VERSION "0.1.0"
#endif

namespace realm::coordinator {
namespace {

namespace v1 = ::realm::v1;

absl::StatusOr<int> PageSize(int asked) {
  if (asked < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("page_size is ", asked, "; it must be 0 to ", kPageSizeMax));
  }
  return asked == 0 ? kPageSizeDefault : std::min(asked, kPageSizeMax);
}

// Page tokens are serialized refs, in web-safe base 64.
std::string TokenFor(const MigrationKey& key) {
  return key.app.empty() ? "" : absl::WebSafeBase64Escape(ToProto(key).SerializeAsString());
}

absl::StatusOr<MigrationKey> ReadToken(const std::string& token) {
  if (token.empty()) return MigrationKey();
  std::string bytes;
  v1::MigrationRef ref;
  if (!absl::WebSafeBase64Unescape(token, &bytes) || !ref.ParseFromString(bytes)) {
    return absl::InvalidArgumentError("page_token is not one that an earlier answer gave");
  }
  return MigrationKey{AppId(ref.app_id()), TenantId(ref.tenant_id()),
                      MigrationId(ref.migration_id())};
}

class AdminServiceImpl final : public v1::AdminService::CallbackService {
 public:
  AdminServiceImpl(Engine* engine, const Authorizer* authorizer, const JobRates* rates)
      : engine_(engine), authorizer_(authorizer), rates_(rates), started_(engine->now()) {}

  grpc::ServerUnaryReactor* GetMigration(grpc::CallbackServerContext* call,
                                         const v1::GetMigrationRequest* request,
                                         v1::GetMigrationResponse* response) override {
    return Answer(call, "AdminService.GetMigration", [&]() -> absl::Status {
      ASSIGN_OR_RETURN(const MigrationPtr m, Find(request->ref()));
      *response->mutable_migration() = Show(*m);
      return absl::OkStatus();
    });
  }

  grpc::ServerUnaryReactor* ListMigrations(grpc::CallbackServerContext* call,
                                           const v1::ListMigrationsRequest* request,
                                           v1::ListMigrationsResponse* response) override {
    return Answer(call, "AdminService.ListMigrations", [&]() -> absl::Status {
      ASSIGN_OR_RETURN(const int limit, PageSize(request->page_size()));
      ASSIGN_OR_RETURN(const MigrationFilter filter, ParseFilter(request->filter()));
      ASSIGN_OR_RETURN(const MigrationKey after, ReadToken(request->page_token()));
      MigrationKey next;
      ASSIGN_OR_RETURN(
          const std::vector<MigrationPtr> page,
          engine_->ListMigrations(after, limit, filter, TakesOpenOnly(request->filter()), &next));
      for (const MigrationPtr& m : page)
        *response->add_migrations() = Show(*m);
      response->set_next_page_token(TokenFor(next));
      return absl::OkStatus();
    });
  }

  grpc::ServerWriteReactor<v1::WatchMigrationsResponse>* WatchMigrations(
      grpc::CallbackServerContext* call, const v1::WatchMigrationsRequest* request) override {
    using Stream = WatchStream<Migration, v1::WatchMigrationsResponse>;
    const absl::Status allowed = authorizer_->Check(*call, "AdminService.WatchMigrations").status();
    if (!allowed.ok()) return Stream::Refuse(allowed);
    absl::StatusOr<MigrationFilter> filter = ParseFilter(request->filter());
    if (!filter.ok()) return Stream::Refuse(WithReason(filter.status()));
    return Stream::Start(
        &engine_->book().migrations_feed(), [this] { return engine_->book().AllMigrations(); },
        [this, wanted = *std::move(filter)](const Migration& row, uint64_t revision,
                                            v1::WatchMigrationsResponse* out) {
          if (!wanted(row)) return false;
          *out->mutable_migration() = Show(row);
          out->set_revision(revision);
          return true;
        });
  }

  grpc::ServerUnaryReactor* ListEvents(grpc::CallbackServerContext* call,
                                       const v1::ListEventsRequest* request,
                                       v1::ListEventsResponse* response) override {
    return Answer(call, "AdminService.ListEvents", [&] { return Events(*request, response); });
  }

  grpc::ServerUnaryReactor* ListWorkers(grpc::CallbackServerContext* call,
                                        const v1::ListWorkersRequest* request,
                                        v1::ListWorkersResponse* response) override {
    return Answer(call, "AdminService.ListWorkers", [&]() -> absl::Status {
      for (const FleetWorker& worker : engine_->fleet()->workers) {
        if (!request->realm().empty() && worker.key.realm.value() != request->realm()) continue;
        if (worker.connected) *response->add_workers() = Show(worker);
      }
      return absl::OkStatus();
    });
  }

  grpc::ServerUnaryReactor* DrainWorker(grpc::CallbackServerContext* call,
                                        const v1::DrainWorkerRequest* request,
                                        v1::DrainWorkerResponse* response) override {
    grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
    absl::StatusOr<DrainOrder> order = ReadDrain(*call, *request);
    if (!order.ok()) {
      reactor->Finish(ToGrpc(WithReason(order.status())));
      return reactor;
    }
    const std::string caller = order->actor;
    std::optional<DrainOrder> wanted;
    if (!request->undrain()) wanted = *std::move(order);
    engine_->Drain({RealmId(request->realm()), WorkerId(request->worker_id())}, std::move(wanted),
                   caller, [this, reactor, response](const absl::StatusOr<FleetWorker>& worker) {
                     if (worker.ok()) *response->mutable_worker() = Show(*worker);
                     reactor->Finish(ToGrpc(WithReason(worker.status())));
                   });
    return reactor;
  }

  grpc::ServerUnaryReactor* ListQueues(grpc::CallbackServerContext* call,
                                       const v1::ListQueuesRequest* request,
                                       v1::ListQueuesResponse* response) override {
    return Answer(call, "AdminService.ListQueues", [&]() -> absl::Status {
      const auto queues = MakeQueues(engine_->book().AllMigrations(), *engine_->fleet(),
                                     engine_->policy(), rates_, engine_->now());
      for (const v1::Queue& queue : queues) {
        if (request->realm().empty() || queue.realm() == request->realm()) {
          *response->add_queues() = queue;
        }
      }
      if (response->queues().empty()) {
        return absl::NotFoundError(absl::StrCat("realm ", request->realm(), " is not configured"));
      }
      return absl::OkStatus();
    });
  }

  grpc::ServerUnaryReactor* ConfirmSwitch(grpc::CallbackServerContext* call,
                                          const v1::ConfirmSwitchRequest* request,
                                          v1::ConfirmSwitchResponse* response) override {
    grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
    absl::StatusOr<Input> input = ReadConfirm(*call, *request);
    if (!input.ok()) {
      reactor->Finish(ToGrpc(WithReason(input.status())));
      return reactor;
    }
    const MigrationKey key = KeyOf(*input);
    engine_->Submit(*std::move(input), [this, key, reactor, response](
                                           const absl::StatusOr<coordinator::Answer>& answer) {
      const MigrationPtr m = engine_->book().FindMigration(key);
      if (answer.ok() && m != nullptr) *response->mutable_migration() = Show(*m);
      reactor->Finish(ToGrpc(WithReason(answer.status())));
    });
    return reactor;
  }

  grpc::ServerUnaryReactor* SetTenantRealm(grpc::CallbackServerContext* call,
                                           const v1::SetTenantRealmRequest* request,
                                           v1::SetTenantRealmResponse* response) override {
    grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
    const absl::StatusOr<std::string> caller =
        authorizer_->Check(*call, "AdminService.SetTenantRealm");
    absl::StatusOr<TenantKey> key = ReadTenantKey(request->app_id(), request->tenant_id());
    absl::StatusOr<RealmWord> word = ReadRealmWord(*request);
    for (const absl::Status& status : {caller.status(), key.status(), word.status()}) {
      if (status.ok()) continue;
      reactor->Finish(ToGrpc(WithReason(status)));
      return reactor;
    }
    engine_->SetRealm(*std::move(key), *std::move(word), *caller,
                      [this, reactor, response](const absl::StatusOr<TenantPtr>& tenant) {
                        if (tenant.ok()) {
                          *response->mutable_tenant() = ToProto(**tenant, engine_->generation());
                        }
                        reactor->Finish(ToGrpc(WithReason(tenant.status())));
                      });
    return reactor;
  }

  grpc::ServerUnaryReactor* GetServerStatus(grpc::CallbackServerContext* call,
                                            const v1::GetServerStatusRequest*,
                                            v1::GetServerStatusResponse* response) override {
    return Answer(call, "AdminService.GetServerStatus", [&]() -> absl::Status {
      const StoreState info = engine_->store_info();
      response->set_version(REALM_VERSION);
      response->set_store(info.description);
      response->set_generation(info.generation);
      *response->mutable_start_time() = ToProto(started_);
      for (const MigrationPtr& m : engine_->book().AllMigrations()) {
        if (IsTerminal(m->state)) continue;
        response->set_open_migrations(response->open_migrations() + 1);
        if (m->stuck) response->set_stuck_migrations(response->stuck_migrations() + 1);
      }
      response->set_frozen_rows(static_cast<int>(engine_->book().Frozen().size()));
      for (const FleetWorker& worker : engine_->fleet()->workers) {
        if (worker.connected) response->set_workers(response->workers() + 1);
      }
      return absl::OkStatus();
    });
  }

 private:
  template <typename Body>
  grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* call, absl::string_view method,
                                   const Body& body) {
    grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
    absl::Status status = authorizer_->Check(*call, method).status();
    if (status.ok()) status = body();
    reactor->Finish(ToGrpc(WithReason(status)));
    return reactor;
  }

  v1::Migration Show(const Migration& m) const {
    const TenantPtr tenant = engine_->book().FindTenant(TenantKey{m.key.app, m.key.tenant});
    return ToProto(m, tenant.get(), *engine_->fleet(), engine_->now());
  }

  v1::Worker Show(const FleetWorker& worker) const {
    v1::Worker out = ToProto(worker);
    for (const FleetJob& leased : worker.jobs) {
      const MigrationPtr m = engine_->book().FindMigration(leased.key);
      const Job* job = m == nullptr ? nullptr : FindJob(*m, leased.number);
      if (job == nullptr) continue;
      *out.add_jobs() = ToProto(*m, *job, *engine_->fleet());
      *out.add_job_refs() = ToProto(m->key);
    }
    return out;
  }

  absl::StatusOr<DrainOrder> ReadDrain(const grpc::CallbackServerContext& call,
                                       const v1::DrainWorkerRequest& request) const {
    ASSIGN_OR_RETURN(std::string caller, authorizer_->Check(call, "AdminService.DrainWorker"));
    if (request.reason().size() > kIdBytesMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("reason has ", request.reason().size(), " bytes; at most ", kIdBytesMax));
    }
    return DrainOrder{request.reason(), std::move(caller), engine_->now()};
  }

  absl::StatusOr<MigrationPtr> Find(const v1::MigrationRef& ref) const {
    ASSIGN_OR_RETURN(MigrationKey key, FromProto(ref));
    const TenantPtr tenant = engine_->book().FindTenant(TenantKey{key.app, key.tenant});
    key.migration = ResolveMigration(Hook::kCommit, key.migration, tenant.get());
    ASSIGN_OR_RETURN(MigrationPtr m, engine_->ReadMigration(key));
    if (m == nullptr) return absl::NotFoundError("no such migration");
    return m;
  }

  absl::StatusOr<Input> ReadConfirm(const grpc::CallbackServerContext& call,
                                    const v1::ConfirmSwitchRequest& request) {
    ASSIGN_OR_RETURN(std::string caller, authorizer_->Check(call, "AdminService.ConfirmSwitch"));
    ASSIGN_OR_RETURN(const MigrationPtr m, Find(request.ref()));
    if (request.plan_digest().empty()) {
      return absl::InvalidArgumentError("plan_digest is missing; describe the migration to see it");
    }
    ConfirmInput confirm{m->key, request.plan_digest(), request.reason().substr(0, 256)};
    return Input{std::move(confirm), std::move(caller)};
  }

  absl::StatusOr<RealmWord> ReadRealmWord(const v1::SetTenantRealmRequest& request) const {
    const AppPolicy* app = FindApp(engine_->policy(), AppId(request.app_id()));
    if (app == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("app_id: app ", request.app_id(), " is not configured"));
    }
    const RealmPolicy* realm = FindRealmOf(*app, engine_->policy(), request.realm());
    if (realm == nullptr) {
      return absl::InvalidArgumentError(NoRealmOf(*app, "realm", request.realm()));
    }
    if (request.reason().empty() || request.reason().size() > kIdBytesMax) {
      return absl::InvalidArgumentError(absl::StrCat("reason has ", request.reason().size(),
                                                     " bytes; it must have 1 to ", kIdBytesMax));
    }
    return RealmWord{realm->code, request.epoch(), request.reason()};
  }

  // The trail is one sequence; a migration's records are picked out of it.
  absl::Status Events(const v1::ListEventsRequest& request, v1::ListEventsResponse* response) {
    ASSIGN_OR_RETURN(const int limit, PageSize(request.page_size()));
    uint64_t after = 0;
    if (!request.page_token().empty() && !absl::SimpleAtoi(request.page_token(), &after)) {
      return absl::InvalidArgumentError("page_token is not one that an earlier answer gave");
    }
    std::optional<MigrationKey> wanted;
    if (request.has_ref()) {
      ASSIGN_OR_RETURN(const MigrationPtr m, Find(request.ref()));
      wanted = m->key;
    }
    for (;;) {
      ASSIGN_OR_RETURN(const std::vector<AuditRecord> records,
                       engine_->ListAudit(after, kPageSizeMax));
      for (const AuditRecord& record : records) {
        after = record.sequence;
        if (wanted && record.key != *wanted) continue;
        *response->add_events() = ToProto(record);
        if (response->events_size() < limit) continue;
        response->set_next_page_token(absl::StrCat(after));
        return absl::OkStatus();
      }
      if (records.size() < kPageSizeMax) return absl::OkStatus();
    }
  }

  Engine* const engine_;
  const Authorizer* const authorizer_;
  const JobRates* const rates_;
  const absl::Time started_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAdminService(Engine* engine, const Authorizer* authorizer,
                                                const JobRates* rates) {
  return std::make_unique<AdminServiceImpl>(engine, authorizer, rates);
}

}  // namespace realm::coordinator
