#include "tests/sim/process/real_system.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "common/check.h"
#include "common/config/duration.h"
#include "common/files.h"
#include "coordinator/ctl/free_ports.h"
#include "coordinator/ctl/local_app.h"
#include "coordinator/edge/json.h"
#include "coordinator/edge/sign_token.h"
#include "tests/support/eventually.h"
#include "tests/support/paths.h"
#include "tests/support/worker/postgres_database.h"

namespace realm::sim {
namespace {

constexpr absl::string_view kKeyId = "simulated-platform";
constexpr absl::Duration kReadyPatience = absl::Minutes(1);
// The shortest that the configuration allows.
constexpr absl::Duration kLeaseMin = absl::Seconds(1);
constexpr absl::Duration kFramePeriod = absl::Milliseconds(50);
constexpr absl::Duration kDurationMin = absl::Minutes(30);
constexpr absl::Duration kWaitMin = absl::Seconds(1);

std::string ConnectionFile(absl::string_view realm) {
  return absl::StrCat("keys/connection-", realm);
}

bool BefallsMachine(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::kClockJump:
    case FaultKind::kTornWrite:
    case FaultKind::kSyncError:
    case FaultKind::kDiskFull:
    case FaultKind::kDiskSlow:
      return true;
    case FaultKind::kCrashCoordinator:
      return fault.moment != CrashMoment::kNow;
    default:
      return false;
  }
}

Secret SecretOf(absl::string_view tenant, int rotations) {
  return Secret(absl::StrCat("secret-", rotations, "-of-", tenant, "-0123456789abcdef"));
}

void Set(absl::Duration wanted, absl::Duration least, google::protobuf::Duration* out) {
  ToProto(std::max(wanted, least), *out);
}

}  // namespace

std::string TableOf(size_t part) {
  return absl::StrCat("part_", part);
}

const std::string& PlaceOf(const Scenario& scenario, absl::string_view realm) {
  const RealmSpec* found = FindRealm(scenario, realm);
  REALM_CHECK(found != nullptr, realm);
  return found->store.empty() ? found->code : found->store;
}

RealSystem::RealSystem(const Scenario& scenario, const Pace& pace, const std::string& folder)
    : scenario_(scenario), pace_(pace), postgres_(PostgresServerOptions{false, {}}) {
  MakeDatabases();
  auto files = ctl::LocalFiles::Create(folder, pace.clock());
  REALM_CHECK_OK(files.status());
  platform_ = std::make_unique<ctl::Platform>(edge::PlatformKey::Generate(), std::string(kKeyId),
                                              pace.clock());
  REALM_CHECK_OK(files->Write(absl::StrCat("keys/install/", kKeyId, ".pem"),
                              platform_->key().PublicPem(), false));
  ctl::LocalOptions options = OptionsFor(*files);
  auto programs = ctl::LocalSystem::Prepare(*std::move(files), std::move(options), pace.clock());
  REALM_CHECK_OK(programs.status());
  programs_ = *std::move(programs);
  MakeLinks();
  // Else the programs run as they are.
  if (std::any_of(scenario_.faults.begin(), scenario_.faults.end(), BefallsMachine)) {
    machines_ = chaos::MakeMachines(*programs_);
  }
}

void RealSystem::MakeDatabases() {
  worker::AppSession server(postgres_.ConnectionString());
  for (const RealmSpec& realm : scenario_.realms) {
    std::string& database = databases_[PlaceOf(scenario_, realm.code)];
    if (!database.empty()) continue;
    database = absl::StrCat("place_", databases_.size());
    server.Must("CREATE DATABASE " + database);
    worker::AppSession session(postgres_.ConnectionString(database));
    for (size_t part = 0; part < scenario_.app.transfers.size(); ++part) {
      session.Must(absl::StrCat("CREATE TABLE ", TableOf(part),
                                " (tenant text, id bigint, text text NOT NULL, "
                                "PRIMARY KEY (tenant, id))"));
    }
  }
}

std::vector<config::v1::WorkerDataset> RealSystem::DatasetsOf(const ctl::LocalFiles& files,
                                                              const std::string& realm) const {
  REALM_CHECK_OK(files.Write(ConnectionFile(realm), ConnectionOf(realm), true));
  std::vector<config::v1::WorkerDataset> datasets;
  for (size_t part = 0; part < scenario_.app.transfers.size(); ++part) {
    config::v1::WorkerDataset& dataset = datasets.emplace_back();
    dataset.set_name(scenario_.app.transfers[part].name);
    dataset.set_connector("postgres");
    dataset.set_connection_file(files.path(ConnectionFile(realm)));
    config::v1::Table& table = *dataset.add_tables();
    table.set_name(TableOf(part));
    table.set_tenant_column("tenant");
    table.add_key_columns("id");
  }
  return datasets;
}

ctl::LocalOptions RealSystem::OptionsFor(const ctl::LocalFiles& files) const {
  ctl::LocalOptions options;
  options.program_folder = ProgramFolder();
  std::vector<std::string> realms;
  for (const RealmSpec& realm : scenario_.realms) {
    realms.push_back(realm.code);
    for (int number = 1; number <= realm.workers; ++number) {
      ctl::LocalWorker& worker = options.workers.emplace_back();
      worker.realm = realm.code;
      worker.id = absl::StrCat(absl::AsciiStrToLower(realm.code), "-", number);
      worker.datasets = DatasetsOf(files, realm.code);
      worker.slots = realm.slots;
    }
  }
  auto ports = ctl::FreePorts(ctl::IdsOf(options.workers));
  REALM_CHECK_OK(ports.status());
  options.ports = *ports;
  options.config = ctl::LocalConfig(realms, options.ports.edge, files.install_keys_folder());
  Configure(&options.config);
  return options;
}

void RealSystem::Configure(config::v1::CoordinatorConfig* config) const {
  const coordinator::Terms& terms = scenario_.app.terms;
  for (config::v1::Realm& realm : *config->mutable_realms())
    realm.set_store(PlaceOf(scenario_, realm.code()));
  Set(pace_.Real(scenario_.app.lease), kLeaseMin, config->mutable_lease());
  Set(kFramePeriod, kFramePeriod, config->mutable_frame_period());
  config::v1::App& app = *config->mutable_apps(0);
  app.clear_datasets();
  app.clear_transfers();
  for (const TransferSpec& transfer : scenario_.app.transfers) {
    app.add_datasets()->set_name(transfer.name);
    config::v1::Transfer& added = *app.add_transfers();
    added.set_name(transfer.name);
    added.set_blocking(transfer.blocking);
    added.add_datasets(transfer.name);
  }
  const bool after = terms.switch_order == coordinator::SwitchOrder::kAfterCommit;
  app.set_switch_order(after ? config::v1::App::AFTER_COMMIT : config::v1::App::BEFORE_COMMIT);
  app.set_seal_at(terms.seal_at_ready ? config::v1::App::READY : config::v1::App::COMMIT);
  const absl::Duration none = absl::ZeroDuration();
  Set(pace_.Real(terms.purge_grace), none, app.mutable_purge_grace());
  Set(pace_.Real(terms.margin), none, app.mutable_window_margin());
  Set(pace_.Real(terms.retry_horizon), kWaitMin, app.mutable_retry_horizon());
  Set(pace_.Real(terms.stuck_after), kWaitMin, app.mutable_stuck_after());
  Set(pace_.Real(terms.max_duration), kDurationMin, app.mutable_max_migration_duration());
  if (!terms.accept_elapsed.has_value()) return;
  Set(pace_.Real(*terms.accept_elapsed), FromProto(app.retry_horizon()),
      app.mutable_accept_elapsed());
}

// Puts a link before `target_port`, for whatever the file at `path` says about that port.
void RealSystem::PutBetween(const std::string& name, const std::string& path, absl::string_view key,
                            int target_port) {
  const auto text = ReadSmallFile(path);
  REALM_CHECK_OK(text.status());
  if (links_.count(name) == 0) {
    const auto ports = ctl::FindFreePorts(1);
    REALM_CHECK_OK(ports.status());
    links_[name] = std::make_unique<chaos::LinkProxy>(ports->front(), target_port);
  }
  const std::string before = absl::StrCat(key, target_port);
  const std::string after =
      absl::StrReplaceAll(*text, {{before, absl::StrCat(key, links_[name]->port())}});
  REALM_CHECK(after != *text, path, " does not say ", before);
  REALM_CHECK_OK(WriteFileAtomically(path, after, 0600));
}

void RealSystem::MakeLinks() {
  for (const ctl::LocalWorker& worker : programs_->workers()) {
    const std::string path = programs_->config_path(worker.id);
    PutBetween(absl::StrCat(worker.id, " to coordinator"), path,
               "coordinator: \"127.0.0.1:", programs_->ports().grpc);
    // What peers dial is the link; where it listens stays.
    const int data = programs_->ports().data.at(worker.id);
    const auto text = ReadSmallFile(path);
    REALM_CHECK_OK(text.status());
    REALM_CHECK_OK(WriteFileAtomically(
        path, absl::StrCat(*text, "data_endpoint: \"127.0.0.1:", data, "\"\n"), 0600));
    PutBetween(absl::StrCat("peers to ", worker.id), path, "data_endpoint: \"127.0.0.1:", data);
  }
  for (const RealmSpec& realm : scenario_.realms) {
    PutBetween(absl::StrCat("database of ", PlaceOf(scenario_, realm.code)),
               programs_->files().path(ConnectionFile(realm.code)), "port=", postgres_.port());
  }
}

void RealSystem::Start() {
  REALM_CHECK_OK(programs_->StartAll());
  REALM_CHECK_OK(programs_->WaitUntilReady(kReadyPatience));
  for (const TenantSpec& tenant : scenario_.tenants) {
    const bool installed = Eventually(
        [&] {
          const auto reply = platform_->Install(SiteOf(tenant.id, tenant.realm));
          return reply.ok() && reply->status == 200;
        },
        kReadyPatience);
    REALM_CHECK(installed, tenant.id, " could not be installed");
  }
}

std::unique_ptr<ctl::Platform> RealSystem::MakePlatform() const {
  return std::make_unique<ctl::Platform>(platform_->key(), std::string(kKeyId), pace_.clock());
}

void RealSystem::KillAll() {
  for (const std::string& name : programs_->names())
    if (programs_->IsStarted(name)) programs_->child(name).Kill();
}

ctl::Site RealSystem::SiteOf(absl::string_view tenant, absl::string_view realm) const {
  ctl::Site site;
  site.app_key = std::string(ctl::kLocalApp);
  site.base_url = ctl::LocalBaseUrl(programs_->ports().edge, realm);
  site.hook_path = std::string(ctl::kLocalHookPath);
  site.client_key = std::string(tenant);
  site.shared_secret = SecretOf(tenant, RotationsOf(tenant));
  return site;
}

int RealSystem::RotationsOf(absl::string_view tenant) const {
  absl::MutexLock lock(&mutex_);
  const auto found = rotations_.find(tenant);
  return found == rotations_.end() ? 0 : found->second;
}

bool RealSystem::RotateSecret(const std::string& tenant, absl::string_view realm,
                              ctl::Platform& platform) {
  ctl::Site site = SiteOf(tenant, realm);
  const int number = RotationsOf(tenant) + 1;
  site.shared_secret = SecretOf(tenant, number);
  const auto reply = platform.Install(site);
  if (!reply.ok() || reply->status != 200) return false;
  absl::MutexLock lock(&mutex_);
  rotations_[tenant] = number;
  return true;
}

std::string RealSystem::ConnectionOf(absl::string_view realm) const {
  return postgres_.ConnectionString(databases_.at(PlaceOf(scenario_, realm)));
}

std::vector<std::string> RealSystem::WorkersOf(absl::string_view realm) const {
  std::vector<std::string> ids;
  for (const ctl::LocalWorker& worker : programs_->workers())
    if (realm.empty() || worker.realm == realm) ids.push_back(worker.id);
  return ids;
}

int64_t RealSystem::CountFenced() const {
  int64_t sum = 0;
  for (const ctl::LocalWorker& worker : programs_->workers()) {
    std::ifstream log(programs_->log_path(worker.id));
    for (std::string line; std::getline(log, line);) {
      if (!absl::StrContains(line, "\"message\":\"job finished\"")) continue;
      const auto json = edge::ParseJson(line, {64 * 1024, 8});
      const edge::Json* value = json.ok() ? json->Find("fenced") : nullptr;
      int64_t number = 0;
      if (value != nullptr && absl::SimpleAtoi(value->text(), &number)) sum += number;
    }
  }
  return sum;
}

}  // namespace realm::sim
