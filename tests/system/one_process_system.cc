#include "tests/system/one_process_system.h"

#include <grpc/support/time.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/config/config.h"
#include "common/files.h"
#include "common/tls.h"
#include "coordinator/rpc/error_info.h"
#include "coordinator/rpc/gauges.h"
#include "coordinator/rpc/policy_config.h"
#include "coordinator/rpc/wire.h"
#include "coordinator/store/rocksdb_store.h"

namespace realm {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);

constexpr char kCoordinatorYaml[] = R"(
realms: [{code: US}, {code: EU}]
apps:
  - id: notes
    base_url: http://127.0.0.1:7480
    region_base_urls: {US: "http://127.0.0.1:7480/us", EU: "http://127.0.0.1:7480/eu"}
    hook_path: /dare
    default_realm: US
    purge_grace: 0s
    transfers:
      - {name: core, datasets: [core]}
      - {name: history, blocking: false, datasets: [history]}
    datasets: [{name: core}, {name: history}]
ticket_key_file: /nowhere/ticket.pem
edge: {secret_key_file: /nowhere/key, cache_folder: /nowhere/cache}
)";

std::string MakeFolder() {
  std::string pattern = absl::StrCat(::testing::TempDir(), "realm-e2e-XXXXXX");
  REALM_CHECK(mkdtemp(pattern.data()) != nullptr);
  return pattern;
}

std::string Show(const grpc::Status& status, const v1::HookAnswer& answer) {
  if (status.ok()) return answer.status();
  const absl::Status decoded = coordinator::FromGrpc(status);
  const auto info = coordinator::GetErrorInfo(decoded);
  return absl::StrCat(absl::StatusCodeToString(decoded.code()), " ", info ? info->reason : "");
}

void SetDeadline(grpc::ClientContext* call) {
  call->set_deadline(gpr_time_from_seconds(20, GPR_TIMESPAN));
  call->set_wait_for_ready(true);
}

}  // namespace

OneProcessSystem::OneProcessSystem(Workers workers)
    : folder_(MakeFolder()), window_start_(clock_.Now()) {
  StartCoordinator();
  for (const char* realm : {"US", "EU"}) {
    if (workers == Workers::kOneInARealm) {
      StartWorker(realm, realm, {"core", "history"});
    } else {
      StartWorker(absl::StrCat(realm, "-core"), realm, {"core"});
      StartWorker(absl::StrCat(realm, "-history"), realm, {"history"});
    }
  }
}

OneProcessSystem::~OneProcessSystem() {
  while (!workers_.empty())
    StopWorker(workers_.begin()->first);
  server_->Shutdown(absl::ZeroDuration());
  engine_->Stop();
  monitor_.reset();
  stores_.clear();
  std::filesystem::remove_all(folder_);
}

void OneProcessSystem::StartCoordinator() {
  const auto config = ParseCoordinatorConfig(kCoordinatorYaml, "test.yaml");
  REALM_CHECK_OK(config.status());
  coordinator::RocksdbStoreOptions store_options;
  store_options.folder = absl::StrCat(folder_, "/store");
  auto store = coordinator::OpenRocksdbStore(store_options);
  REALM_CHECK_OK(store.status());
  store_ = *std::move(store);
  const coordinator::Policy policy = coordinator::MakePolicy(*config);
  metrics_ = std::make_unique<coordinator::CoordinatorMetrics>(policy, &engine_clock_);
  auto engine = coordinator::Engine::Open(
      store_.get(), policy, &engine_clock_,
      coordinator::EngineOptions{absl::Seconds(3), absl::Milliseconds(600), &metrics_->engine()});
  REALM_CHECK_OK(engine.status());
  engine_ = *std::move(engine);
  coordinator::AddGauges(engine_.get(), &metrics_->metrics());
  engine_->Start();
  coordinator::ServerOptions options;
  options.address = address_;
  options.hook_metrics = &metrics_->hooks();
  options.job_rates = &metrics_->rates();
  auto server = coordinator::Server::Start(engine_.get(), &ticket_key_, options);
  REALM_CHECK_OK(server.status());
  server_ = *std::move(server);
  address_ = server_->address();
  auto monitor = MonitorPort::Start("127.0.0.1:0", &metrics_->metrics(),
                                    [this] { return metrics_->WhyNotReady(); });
  REALM_CHECK_OK(monitor.status());
  monitor_ = *std::move(monitor);
  const auto channel = grpc::CreateChannel(address_, *MakeInsecureChannelCredentials(address_));
  hooks_ = v1::HookService::NewStub(channel);
  admin_ = v1::AdminService::NewStub(channel);
  directory_ = v1::DirectoryService::NewStub(channel);
}

void OneProcessSystem::RestartCoordinator() {
  server_->Shutdown(absl::ZeroDuration());
  engine_->Stop();
  monitor_.reset();
  server_.reset();
  engine_.reset();
  metrics_.reset();
  store_.reset();
  StartCoordinator();
}

std::string OneProcessSystem::Folder(const std::string& realm, const std::string& dataset) const {
  return absl::StrCat(folder_, "/", realm, "-", dataset);
}

void OneProcessSystem::StartWorker(const std::string& id, const std::string& realm,
                                   const std::vector<std::string>& datasets) {
  const std::string key_file = absl::StrCat(folder_, "/ticket.pub");
  REALM_CHECK_OK(WriteFileAtomically(key_file, ticket_key_.verifying_key().ToPem(), 0644));
  config::v1::WorkerConfig config;
  config.set_worker_id(absl::StrCat(id, "-1"));
  config.set_realm(realm);
  config.set_coordinator(address_);
  config.set_data_listen("127.0.0.1:0");
  config.set_slots(4);
  config.set_monitor("127.0.0.1:0");
  config.set_ticket_public_key_file(key_file);
  for (const std::string& name : datasets) {
    config::v1::WorkerDataset* dataset = config.add_datasets();
    dataset->set_name(name);
    dataset->set_connector("rocksdb");
    dataset->set_path(Folder(realm, name));
  }
  worker::WorkerOptions options;
  options.insecure = true;
  auto worker = worker::Worker::Start(config, options, clock_);
  REALM_CHECK_OK(worker.status());
  RunningWorker& running = workers_[id];
  running.worker = *std::move(worker);
  running.thread = std::thread([w = running.worker.get()] {
    const absl::Status status = w->Run();
    if (!status.ok()) ADD_FAILURE() << "worker ended: " << status;
  });
}

void OneProcessSystem::StopWorker(const std::string& id) {
  RunningWorker& running = workers_[id];
  running.worker->Stop();
  running.thread.join();
  workers_.erase(id);
}

worker::EmbeddedStore& OneProcessSystem::StoreOf(const std::string& realm,
                                                 const std::string& dataset) {
  auto& store = stores_[Folder(realm, dataset)];
  if (store == nullptr) {
    auto opened = worker::EmbeddedStore::Open(Folder(realm, dataset));
    REALM_CHECK_OK(opened.status());
    store = *std::move(opened);
  }
  return *store;
}

void OneProcessSystem::Install(const std::string& tenant, const std::string& realm) {
  v1::RegisterInstallationRequest request;
  request.mutable_installation()->set_app_id("notes");
  request.mutable_installation()->set_tenant_id(tenant);
  request.set_realm(realm);
  v1::RegisterInstallationResponse response;
  grpc::ClientContext call;
  SetDeadline(&call);
  const grpc::Status status = directory_->RegisterInstallation(&call, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
}

template <typename Request>
Request OneProcessSystem::HookRequest(const std::string& tenant,
                                      const std::string& migration) const {
  Request out;
  out.mutable_origin()->set_app_id("notes");
  out.mutable_origin()->set_tenant_id(tenant);
  out.mutable_origin()->set_migration_id(migration);
  out.mutable_origin()->set_platform("connect");
  return out;
}

std::string OneProcessSystem::Schedule(const std::string& tenant, const std::string& migration,
                                       const std::string& location) {
  auto request = HookRequest<v1::ScheduleMigrationRequest>(tenant, migration);
  request.mutable_body()->set_location(location);
  *request.mutable_body()->mutable_start_time() = coordinator::ToProto(window_start_);
  *request.mutable_body()->mutable_end_time() =
      coordinator::ToProto(window_start_ + absl::Hours(2));
  v1::ScheduleMigrationResponse response;
  grpc::ClientContext call;
  SetDeadline(&call);
  const grpc::Status status = hooks_->ScheduleMigration(&call, request, &response);
  return Show(status, response.answer());
}

std::string OneProcessSystem::Start(const std::string& tenant, const std::string& migration) {
  const auto request = HookRequest<v1::StartMigrationRequest>(tenant, migration);
  v1::StartMigrationResponse response;
  grpc::ClientContext call;
  SetDeadline(&call);
  const grpc::Status status = hooks_->StartMigration(&call, request, &response);
  return Show(status, response.answer());
}

std::string OneProcessSystem::Commit(const std::string& tenant, const std::string& migration) {
  const auto request = HookRequest<v1::CommitMigrationRequest>(tenant, migration);
  v1::CommitMigrationResponse response;
  grpc::ClientContext call;
  SetDeadline(&call);
  const grpc::Status status = hooks_->CommitMigration(&call, request, &response);
  return Show(status, response.answer());
}

std::string OneProcessSystem::Rollback(const std::string& tenant, const std::string& migration) {
  const auto request = HookRequest<v1::RollbackMigrationRequest>(tenant, migration);
  v1::RollbackMigrationResponse response;
  grpc::ClientContext call;
  SetDeadline(&call);
  const grpc::Status status = hooks_->RollbackMigration(&call, request, &response);
  return Show(status, response.answer());
}

void OneProcessSystem::Traffic(const std::string& tenant, const std::string& realm) {
  v1::ReportTenantTrafficRequest request;
  request.set_app_id("notes");
  request.set_tenant_id(tenant);
  request.set_realm(realm);
  request.set_via("request");
  v1::ReportTenantTrafficResponse response;
  grpc::ClientContext call;
  SetDeadline(&call);
  const grpc::Status status = hooks_->ReportTenantTraffic(&call, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
}

v1::Migration OneProcessSystem::Get(const std::string& tenant, const std::string& migration) {
  v1::GetMigrationRequest request;
  request.mutable_ref()->set_app_id("notes");
  request.mutable_ref()->set_tenant_id(tenant);
  request.mutable_ref()->set_migration_id(migration);
  v1::GetMigrationResponse response;
  grpc::ClientContext call;
  SetDeadline(&call);
  const grpc::Status status = admin_->GetMigration(&call, request, &response);
  if (!status.ok()) ADD_FAILURE() << status.error_message();
  return response.migration();
}

int OneProcessSystem::CountWorkers() {
  v1::ListWorkersResponse response;
  grpc::ClientContext call;
  SetDeadline(&call);
  const grpc::Status status = admin_->ListWorkers(&call, {}, &response);
  if (!status.ok()) ADD_FAILURE() << status.error_message();
  return response.workers_size();
}

v1::Tenant OneProcessSystem::Lookup(const std::string& tenant) {
  v1::LookupTenantRequest request;
  request.set_app_id("notes");
  request.set_tenant_id(tenant);
  v1::LookupTenantResponse response;
  grpc::ClientContext call;
  SetDeadline(&call);
  const grpc::Status status = directory_->LookupTenant(&call, request, &response);
  if (!status.ok()) ADD_FAILURE() << status.error_message();
  return response.tenant();
}

v1::Migration OneProcessSystem::Await(const std::string& tenant, const std::string& migration,
                                      v1::Migration::State state) {
  const absl::Duration deadline = clock_.Monotonic() + kPatience;
  v1::Migration seen = Get(tenant, migration);
  while (seen.state() != state && clock_.Monotonic() < deadline) {
    std::this_thread::yield();
    seen = Get(tenant, migration);
  }
  EXPECT_EQ(seen.state(), state) << seen.DebugString();
  return seen;
}

}  // namespace realm
