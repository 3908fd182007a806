#include "coordinator/ctl/postgres_demo_setup.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "common/config/duration.h"
#include "common/digest.h"
#include "common/random.h"
#include "common/status_macros.h"
#include "coordinator/ctl/demo_defaults.h"
#include "coordinator/ctl/demo_setup.h"
#include "coordinator/ctl/format.h"
#include "coordinator/ctl/local_app.h"
#include "coordinator/ctl/postgres_demo_data.h"

namespace realm::ctl {
namespace {

constexpr int kBranchesMax = 200;
// Of the realm that the tenants move to.
constexpr int kTargetBranches = 2;
// More than one range of digests.
constexpr int kPagesMin = 4500;
// Transactions that pgbench runs first, so that there is some history.
constexpr int kTransactionsPerBranch = 400;

const std::vector<std::string>& SourceSites() {
  static const auto* sites =
      new std::vector<std::string>{"alder", "birch", "cedar", "elm", "fir", "hazel"};
  return *sites;
}
constexpr size_t kMovedSites = 4;

const std::vector<std::string>& TargetSites() {
  static const auto* sites = new std::vector<std::string>{"oak", "pine"};
  return *sites;
}

absl::StatusOr<int> CountOf(const Arguments& arguments, absl::string_view flag, int otherwise,
                            int max) {
  if (!arguments.Has(flag)) return otherwise;
  int count = 0;
  if (absl::SimpleAtoi(arguments.Get(flag), &count) && count >= 1 && count <= max) return count;
  return absl::InvalidArgumentError(absl::StrCat("--", flag, " is a number from 1 to ", max));
}

std::string BaseUrl(int edge_port, absl::string_view app, absl::string_view realm) {
  return absl::StrCat("http://127.0.0.1:", edge_port, "/", app, "/", absl::AsciiStrToLower(realm));
}

config::v1::App AppConfig(absl::string_view name, int edge_port, const LocalFiles& files) {
  config::v1::App app;
  app.set_id(DemoAppKey(name));
  app.set_base_url(absl::StrCat("http://127.0.0.1:", edge_port, "/", name));
  for (const absl::string_view realm : {kSourceRealm, kTargetRealm}) {
    config::v1::BaseUrl* url = app.add_region_base_urls();
    url->set_realm(std::string(realm));
    url->set_url(BaseUrl(edge_port, name, realm));
  }
  app.set_hook_path(std::string(kLocalHookPath));
  app.set_default_realm(std::string(kSourceRealm));
  app.add_datasets()->set_name(std::string(name));
  config::v1::Transfer* transfer = app.add_transfers();
  transfer->set_name(std::string(name));
  transfer->add_datasets(std::string(name));
  ToProto(absl::ZeroDuration(), *app.mutable_purge_grace());
  app.mutable_connect()->set_install_keys_folder(files.install_keys_folder());
  return app;
}

config::v1::CoordinatorConfig CoordinatorConfigOf(int edge_port, const LocalFiles& files) {
  config::v1::CoordinatorConfig config;
  for (const absl::string_view realm : {kSourceRealm, kTargetRealm})
    config.add_realms()->set_code(std::string(realm));
  for (const absl::string_view app : {kBank, kNotes})
    *config.add_apps() = AppConfig(app, edge_port, files);
  ToProto(demo::kLease, *config.mutable_lease());
  ToProto(demo::kFramePeriod, *config.mutable_frame_period());
  return config;
}

// The file that holds a worker's connection string.
std::string ConnectionFile(absl::string_view worker_id) {
  return absl::StrCat("keys/", worker_id, ".connection");
}

LocalWorker WorkerOf(absl::string_view id, absl::string_view realm, const LocalFiles& files) {
  LocalWorker worker;
  worker.id = std::string(id);
  worker.realm = std::string(realm);
  for (const absl::string_view app : {kBank, kNotes}) {
    config::v1::WorkerDataset dataset;
    dataset.set_name(std::string(app));
    dataset.set_connector("postgres");
    dataset.set_connection_file(files.path(ConnectionFile(id)));
    const std::vector<config::v1::Table> tables = DemoTables(app);
    *dataset.mutable_tables() = {tables.begin(), tables.end()};
    worker.datasets.push_back(std::move(dataset));
  }
  return worker;
}

absl::Status Fill(PostgresCluster& cluster, int branches, int shift,
                  const std::vector<std::string>& sites, int pages) {
  const std::string transactions = absl::StrCat(branches * kTransactionsPerBranch / 2);
  RETURN_IF_ERROR(
      cluster.Query("postgres", absl::StrCat("CREATE DATABASE ", kDemoDatabase)).status());
  RETURN_IF_ERROR(cluster.Pgbench(kDemoDatabase,
                                  {"--initialize", "--quiet", absl::StrCat("--scale=", branches)}));
  RETURN_IF_ERROR(cluster.Pgbench(
      kDemoDatabase, {"--no-vacuum", "--client=2", absl::StrCat("--transactions=", transactions)}));
  RETURN_IF_ERROR(cluster.Query(kDemoDatabase, BankSql(shift)).status());
  RETURN_IF_ERROR(cluster.Query(kDemoDatabase, NotesSql(sites, pages)).status());
  return cluster.Query(kDemoDatabase, WorkerRoleSql()).status();
}

}  // namespace

absl::StatusOr<PostgresDemoSize> PostgresDemoSize::Of(const Arguments& arguments) {
  PostgresDemoSize size;
  ASSIGN_OR_RETURN(size.branches, CountOf(arguments, "scale", size.branches, kBranchesMax));
  // The same share as of the usual scale.
  const PostgresDemoSize usual;
  const int moved = std::max(1, size.branches * usual.moved_branches / usual.branches);
  ASSIGN_OR_RETURN(size.moved_branches, CountOf(arguments, "tenants", moved, size.branches));
  const int pages = usual.pages * size.branches / usual.branches;
  size.pages = std::min(std::max(pages, kPagesMin), usual.pages);
  return size;
}

std::vector<std::string> PostgresDemoSize::TenantsOf(absl::string_view app) const {
  if (app == kNotes) return {SourceSites().begin(), SourceSites().begin() + kMovedSites};
  std::vector<std::string> tenants;
  for (int branch = 1; branch <= moved_branches; ++branch)
    tenants.push_back(absl::StrCat(branch));
  return tenants;
}

absl::StatusOr<std::unique_ptr<PostgresDemoSetup>> PostgresDemoSetup::Create(
    const Invocation& invocation, const PostgresDemoSize& size, StopSignals& signals) {
  std::unique_ptr<PostgresDemoSetup> setup(new PostgresDemoSetup);
  setup->size_ = size;
  setup->secret_ = ToHex(RandomBytes(32));
  RETURN_IF_ERROR(setup->MakeClusters(invocation, signals));
  // Before the ports are chosen, which others may take until they are used.
  ASSIGN_OR_RETURN(setup->before_, setup->ReadChecksums());
  ASSIGN_OR_RETURN(setup->scratch_, ScratchFolder::Create("realmctl-demo"));
  ASSIGN_OR_RETURN(LocalFiles files, LocalFiles::Create(setup->scratch_->path(), invocation.clock));
  RETURN_IF_ERROR(setup->PrepareSystem(invocation, std::move(files)));
  return setup;
}

absl::Status PostgresDemoSetup::MakeClusters(const Invocation& invocation, StopSignals& signals) {
  ASSIGN_OR_RETURN(const PostgresPrograms programs, PostgresPrograms::Find());
  version_ = programs.version;
  ASSIGN_OR_RETURN(source_, PostgresCluster::Create(programs, "us", signals));
  ASSIGN_OR_RETURN(target_, PostgresCluster::Create(programs, "eu", signals));
  const struct {
    absl::string_view realm;
    int branches;
    int shift;
    const std::vector<std::string>& sites;
  } kBanks[] = {{kSourceRealm, size_.branches, 0, SourceSites()},
                {kTargetRealm, kTargetBranches, kBankShift, TargetSites()}};
  for (const auto& bank : kBanks) {
    const absl::Duration began = invocation.clock.Monotonic();
    RETURN_IF_ERROR(
        Fill(ClusterOf(bank.realm), bank.branches, bank.shift, bank.sites, size_.pages));
    invocation.console.Print(absl::StrCat(
        "    ", bank.realm, "  initdb, pgbench --initialize --scale=", bank.branches,
        ", then notes    ", FormatElapsed(invocation.clock.Monotonic() - began), "\n"));
  }
  return absl::OkStatus();
}

PostgresCluster& PostgresDemoSetup::ClusterOf(absl::string_view realm) {
  return realm == kSourceRealm ? *source_ : *target_;
}

absl::Status PostgresDemoSetup::WriteConnections(const LocalFiles& files) const {
  RETURN_IF_ERROR(files.Write(ConnectionFile(kSourceWorker),
                              source_->ConnectionString(kDemoWorkerRole, kDemoDatabase), true));
  return files.Write(ConnectionFile(kTargetWorker),
                     target_->ConnectionString(kDemoWorkerRole, kDemoDatabase), true);
}

absl::Status PostgresDemoSetup::PrepareSystem(const Invocation& invocation, LocalFiles files) {
  platform_ = std::make_unique<Platform>(edge::PlatformKey::Generate(), std::string(demo::kKeyId),
                                         invocation.clock);
  RETURN_IF_ERROR(WriteConnections(files));
  RETURN_IF_ERROR(files.Write(absl::StrCat("keys/install/", demo::kKeyId, ".pem"),
                              platform_->key().PublicPem(), false));
  LocalOptions options;
  options.program_folder = invocation.program_folder;
  options.workers = {WorkerOf(kSourceWorker, kSourceRealm, files),
                     WorkerOf(kTargetWorker, kTargetRealm, files)};
  ASSIGN_OR_RETURN(options.ports, UsualOrFreePorts(IdsOf(options.workers)));
  options.config = CoordinatorConfigOf(options.ports.edge, files);
  ASSIGN_OR_RETURN(system_,
                   LocalSystem::Prepare(std::move(files), std::move(options), invocation.clock));
  return absl::OkStatus();
}

Site PostgresDemoSetup::SiteOf(absl::string_view app, absl::string_view tenant,
                               absl::string_view realm) const {
  Site site;
  site.app_key = DemoAppKey(app);
  site.base_url = BaseUrl(system_->ports().edge, app, realm);
  site.hook_path = std::string(kLocalHookPath);
  site.client_key = std::string(tenant);
  site.shared_secret = Secret(ToHex(HmacSha256(secret_, absl::StrCat(app, "/", tenant))));
  return site;
}

absl::StatusOr<Checksums> PostgresDemoSetup::ReadChecksums() {
  ASSIGN_OR_RETURN(const PostgresClient here, source_->BeginQuery(kDemoDatabase, ChecksumSql()));
  ASSIGN_OR_RETURN(const PostgresClient there, target_->BeginQuery(kDemoDatabase, ChecksumSql()));
  ASSIGN_OR_RETURN(const std::string source_lines, source_->Finish(here));
  ASSIGN_OR_RETURN(const std::string target_lines, target_->Finish(there));
  Checksums checksums;
  RETURN_IF_ERROR(AddChecksums(kSourceRealm, source_lines, checksums));
  RETURN_IF_ERROR(AddChecksums(kTargetRealm, target_lines, checksums));
  return checksums;
}

}  // namespace realm::ctl
