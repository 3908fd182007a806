#include "tests/e2e/running_system.h"

#include <stdio.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/config/duration.h"
#include "common/files.h"
#include "coordinator/ctl/local_app.h"
#include "coordinator/edge/json.h"
#include "coordinator/edge/sign_token.h"
#include "tests/support/eventually.h"
#include "tests/support/paths.h"

namespace realm::e2e {
namespace {

constexpr absl::string_view kKeyId = "test-platform";
constexpr int kFirstMigration = 57500;
// Between two looks at whether a program is dead or frozen.
constexpr absl::Duration kReadyPatience = absl::Seconds(5);
constexpr absl::Duration kFramePeriod = absl::Milliseconds(50);

std::vector<ctl::LocalWorker> WorkersOf(TenantStores& stores, const SystemOptions& options) {
  std::vector<ctl::LocalWorker> workers;
  for (const absl::string_view realm : {"US", "EU"}) {
    for (int number = 1; number <= options.workers_per_realm; ++number) {
      ctl::LocalWorker& worker = workers.emplace_back();
      worker.realm = std::string(realm);
      worker.id = absl::StrCat(realm == "US" ? "us-" : "eu-", number);
      worker.datasets = stores.DatasetsOf(realm);
      worker.slots = options.slots;
    }
  }
  return workers;
}

}  // namespace

RunningSystem::RunningSystem(const SystemOptions& options) {
  auto files = ctl::LocalFiles::Create(folder_.path("system"), clock_);
  REALM_CHECK_OK(files.status());
  platform_ =
      std::make_unique<ctl::Platform>(edge::PlatformKey::Generate(), std::string(kKeyId), clock_);
  REALM_CHECK_OK(files->Write(absl::StrCat("keys/install/", kKeyId, ".pem"),
                              platform_->key().PublicPem(), false));
  REALM_CHECK_OK(
      files->Write("keys/jwks.json", platform_->key().KeySet("forge/invocation-token/1"), false));
  stores_ = MakeTenantStores(options.stores, *files);
  const std::vector<std::string> realms = {"US", "EU"};
  ctl::LocalOptions local;
  local.program_folder = options.program_folder.empty() ? ProgramFolder() : options.program_folder;
  local.workers = WorkersOf(*stores_, options);
  auto ports = ctl::FreePorts(ctl::IdsOf(local.workers));
  REALM_CHECK_OK(ports.status());
  local.ports = *ports;
  local.config = ctl::LocalConfig(realms, local.ports.edge, files->install_keys_folder());
  ToProto(options.lease, *local.config.mutable_lease());
  ToProto(kFramePeriod, *local.config.mutable_frame_period());
  if (options.configure != nullptr) options.configure(local.config);
  auto system = ctl::LocalSystem::Prepare(*std::move(files), std::move(local), clock_);
  REALM_CHECK_OK(system.status());
  system_ = *std::move(system);
  if (options.sleep > absl::ZeroDuration()) thaw_ = std::make_unique<Thaw>(options.sleep, clock_);
  RememberTenant("globex", "US", kManyRecords);
  RememberTenant("initech", "EU", kManyRecords);
}

void RunningSystem::RememberTenant(const std::string& tenant, absl::string_view realm,
                                   int records) {
  stores_->Seed(realm, tenant, records);
  before_[tenant] = stores_->Read(realm, tenant);
  not_installed_[tenant] = std::string(realm);
}

void RunningSystem::AddTenant(const std::string& tenant, int records) {
  StopEmbedded();
  RememberTenant(tenant, "US", records);
  PlanMove(tenant, "EU");
  if (started_) Start();
}

void RunningSystem::PlanMove(const std::string& tenant, absl::string_view realm) {
  const absl::Time now = clock_.Now();
  orders_[tenant] = {absl::StrCat(kFirstMigration + planned_++), std::string(realm), now,
                     now + absl::Minutes(90)};
}

void RunningSystem::DeleteRecord(const std::string& tenant) {
  StopEmbedded();
  stores_->DeleteOne("US", tenant);
  before_[tenant] = stores_->Read("US", tenant);
  if (started_) Start();
}

void RunningSystem::StopEmbedded() {
  if (!stores_->IsEmbedded()) return;
  for (const ctl::LocalWorker& worker : system_->workers())
    system_->Stop(worker.id);
}

void RunningSystem::SetFailpoints(absl::string_view program, const std::string& specification) {
  system_->SetEnvironment(program, "REALM_FAILPOINTS", specification);
}

void RunningSystem::Arm(absl::string_view program, const std::string& specification) {
  SetFailpoints(program, specification);
  if (!started_ || !system_->IsStarted(program)) return;
  system_->Stop(program);
  Start();
}

void RunningSystem::Start() {
  started_ = true;
  for (const std::string& name : system_->names()) {
    if (!system_->IsStarted(name) && held_back_.count(name) == 0) StartProgram(name);
  }
  // A failpoint may end a program before all are ready.
  const bool ready = Eventually(
      [&] {
        Revive();
        return system_->WaitUntilReady(kReadyPatience).ok();
      },
      kPatience);
  REALM_CHECK(ready);
  for (const auto& [tenant, realm] : std::exchange(not_installed_, {}))
    Install(tenant, realm);
}

void RunningSystem::StartProgram(const std::string& name) {
  REALM_CHECK_OK(system_->Start(name));
  if (thaw_ == nullptr) return;
  std::vector<pid_t> programs;
  for (const std::string& program : system_->names()) {
    if (system_->IsStarted(program)) programs.push_back(system_->child(program).pid());
  }
  thaw_->Watch(std::move(programs));
}

void RunningSystem::Install(absl::string_view tenant, absl::string_view realm) {
  const bool installed = Eventually(
      [&] {
        Revive();
        const auto reply = platform_->Install(SiteOf(tenant, realm));
        return reply.ok() && reply->status == 200;
      },
      kPatience);
  REALM_CHECK(installed, tenant);
}

ctl::Site RunningSystem::SiteOf(absl::string_view tenant, absl::string_view realm) const {
  ctl::Site site;
  site.app_key = std::string(ctl::kLocalApp);
  site.base_url = ctl::LocalBaseUrl(system_->ports().edge, realm);
  site.hook_path = std::string(ctl::kLocalHookPath);
  site.client_key = std::string(tenant);
  site.shared_secret = Secret(absl::StrCat("secret-of-", tenant, "-0123456789abcdef"));
  return site;
}

const ctl::Order& RunningSystem::OrderOf(absl::string_view tenant) const {
  return orders_.find(tenant)->second;
}

std::string RunningSystem::Send(absl::string_view tenant, absl::string_view hook) {
  std::string word;
  Eventually(
      [&] {
        Revive();
        const auto reply = platform_->Send(SiteOf(tenant, "US"), hook, OrderOf(tenant));
        if (!reply.ok() || reply->status == 503) return false;
        const auto json = edge::ParseJson(reply->body, {64 * 1024, 8});
        if (reply->status == 200 && json.ok()) word = std::string(json->FindString("status"));
        return true;
      },
      kPatience);
  return word;
}

void RunningSystem::ReportTraffic(absl::string_view tenant) {
  const bool reported = Eventually(
      [&] {
        Revive();
        const auto reply = platform_->ReportTraffic(SiteOf(tenant, OrderOf(tenant).location));
        return reply.ok() && reply->status == 200;
      },
      kPatience);
  REALM_CHECK(reported);
}

std::string RunningSystem::Poll(absl::string_view tenant) {
  const auto answer = platform_->PollStatus(SiteOf(tenant, "US"), OrderOf(tenant).migration_id);
  return answer.ok() ? answer->status : "?";
}

bool RunningSystem::PollUntil(absl::string_view tenant, absl::string_view word) {
  return Eventually(
      [&] {
        Revive();
        return Poll(tenant) == word;
      },
      kPatience);
}

std::string RunningSystem::Realmctl(std::vector<std::string> words) const {
  const ctl::Endpoint endpoint = system_->operator_endpoint();
  ctl::Launch launch;
  launch.path = absl::StrCat(system_->program_folder(), "/realmctl");
  launch.arguments = std::move(words);
  launch.arguments.push_back(absl::StrCat("--address=", endpoint.address));
  launch.arguments.push_back(absl::StrCat("--tls-ca=", endpoint.tls->ca_file));
  launch.arguments.push_back(absl::StrCat("--tls-cert=", endpoint.tls->cert_file));
  launch.arguments.push_back(absl::StrCat("--tls-key=", endpoint.tls->key_file));
  launch.log_path = system_->log_path("realmctl");
  remove(launch.log_path.c_str());
  REALM_CHECK_OK(ctl::RunToEnd(launch, absl::Minutes(1)));
  return ReadSmallFile(launch.log_path).value_or("");
}

void RunningSystem::BackUpCoordinator(const std::string& backup) {
  system_->Stop(kCoordinator);
  std::filesystem::copy(system_->files().path("data/coordinator"), backup,
                        std::filesystem::copy_options::recursive);
  Start();
}

void RunningSystem::RestoreCoordinator(const std::string& backup) {
  system_->Stop(kCoordinator);
  const std::string folder = system_->files().path("data/coordinator");
  std::filesystem::remove_all(folder);
  std::filesystem::copy(backup, folder, std::filesystem::copy_options::recursive);
  REALM_CHECK_OK(system_->Start(kCoordinator, {"--accept-data-loss"}));
  Start();
}

void RunningSystem::Revive() {
  for (const std::string& name : system_->names()) {
    if (held_back_.count(name) > 0 || !system_->IsStarted(name)) continue;
    ctl::Child& child = system_->child(name);
    const bool dead = child.Poll().has_value();
    if (!dead && (thaw_ != nullptr || !child.IsStopped())) continue;
    ++revivals_;
    if (dead) last_ending_ = child.Poll()->Text();
    child.Kill();
    SetFailpoints(name, "");
    system_->SetEnvironment(name, std::string(kFailingSync), "");
    StartProgram(name);
  }
}

std::string RunningSystem::Compare(absl::string_view tenant, absl::string_view home,
                                   absl::string_view away) {
  StopEmbedded();
  std::string wrong;
  const auto expect = [&](absl::string_view realm, absl::string_view who, const Holdings& wanted) {
    const Holdings found = stores_->Read(realm, who);
    if (found == wanted) return;
    absl::StrAppend(&wrong, realm, " holds ", found.records, " records of ", who, " instead of ",
                    wanted.records, found.records == wanted.records ? " others" : "", "; ");
  };
  expect(home, tenant, before_.find(tenant)->second);
  expect(away, tenant, stores_->Read(away, "nobody"));
  expect("US", "globex", before_.at("globex"));
  expect("EU", "initech", before_.at("initech"));
  return wrong;
}

int64_t RunningSystem::CountWrites(absl::string_view realm) {
  StopEmbedded();
  return stores_->CountWrites(realm);
}

std::vector<std::string> RunningSystem::LogOf(absl::string_view program,
                                              absl::string_view message) const {
  std::vector<std::string> found;
  std::ifstream log(system_->log_path(program));
  const std::string wanted = absl::StrCat("\"message\":\"", message, "\"");
  for (std::string line; std::getline(log, line);) {
    if (absl::StrContains(line, wanted)) found.push_back(line);
  }
  return found;
}

int64_t RunningSystem::SumInLog(absl::string_view program, absl::string_view message,
                                absl::string_view field) const {
  int64_t sum = 0;
  for (const std::string& line : LogOf(program, message)) {
    const auto json = edge::ParseJson(line, {64 * 1024, 8});
    REALM_CHECK_OK(json.status());
    int64_t number = 0;
    const edge::Json* value = json->Find(field);
    if (value != nullptr && absl::SimpleAtoi(value->text(), &number)) sum += number;
  }
  return sum;
}

}  // namespace realm::e2e
