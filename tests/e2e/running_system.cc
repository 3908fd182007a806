#include "tests/e2e/running_system.h"

#include <signal.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "coordinator/ctl/local_app.h"
#include "coordinator/edge/json.h"
#include "coordinator/edge/sign_token.h"
#include "tests/support/eventually.h"
#include "tests/support/paths.h"

namespace realm::e2e {
namespace {

constexpr absl::string_view kKeyId = "test-platform";
constexpr absl::string_view kMigration = "57500";
// Between two looks at whether a program is dead or frozen.
constexpr absl::Duration kReadyPatience = absl::Seconds(5);
// Several pages of 256 KiB a dataset.
constexpr int64_t kRecords = 1500;
constexpr int64_t kValueBytes = 1000;

ctl::StoreKey KeyOf(absl::string_view worker, absl::string_view dataset, absl::string_view tenant) {
  return {std::string(worker), std::string(dataset), std::string(tenant)};
}

}  // namespace

RunningSystem::RunningSystem() {
  auto files = ctl::LocalFiles::Create(folder_.path("system"), clock_);
  REALM_CHECK_OK(files.status());
  platform_ =
      std::make_unique<ctl::Platform>(edge::PlatformKey::Generate(), std::string(kKeyId), clock_);
  REALM_CHECK_OK(files->Write(absl::StrCat("keys/install/", kKeyId, ".pem"),
                              platform_->key().PublicPem(), false));
  const std::vector<std::string> realms = {"US", "EU"};
  ctl::LocalOptions options;
  options.program_folder = ProgramFolder();
  options.workers = ctl::LocalWorkers(realms, *files);
  auto ports = ctl::FreePorts(ctl::IdsOf(options.workers));
  REALM_CHECK_OK(ports.status());
  options.ports = *ports;
  options.config = ctl::LocalConfig(realms, options.ports.edge, files->install_keys_folder());
  auto system = ctl::LocalSystem::Prepare(*std::move(files), std::move(options), clock_);
  REALM_CHECK_OK(system.status());
  system_ = *std::move(system);
  const absl::Time now = clock_.Now();
  order_ = {std::string(kMigration), "EU", now, now + absl::Minutes(90)};
  const ctl::StoreProbe probe(*system_);
  for (const auto& [worker, tenant] : std::vector<std::pair<std::string, std::string>>{
           {"us-1", "acme"}, {"us-1", "globex"}, {"eu-1", "initech"}}) {
    for (const absl::string_view dataset : {ctl::kCoreTransfer, ctl::kHistoryTransfer})
      REALM_CHECK_OK(probe.Seed(KeyOf(worker, dataset, tenant), kRecords, kValueBytes));
  }
  acme_ = Read(kSource, "acme");
  globex_ = Read(kSource, "globex");
  initech_ = Read(kTarget, "initech");
}

void RunningSystem::SetFailpoints(absl::string_view program, const std::string& specification) {
  system_->SetEnvironment(program, "REALM_FAILPOINTS", specification);
}

void RunningSystem::Start() {
  REALM_CHECK_OK(system_->StartAll());
  // A failpoint may end a program before all are ready.
  const bool ready = Eventually(
      [&] {
        Revive();
        return system_->WaitUntilReady(kReadyPatience).ok();
      },
      kPatience);
  REALM_CHECK(ready);
  Install("globex", "US");
  Install("initech", "EU");
  Install("acme", "US");
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

std::string RunningSystem::Send(absl::string_view hook) {
  std::string word;
  Eventually(
      [&] {
        Revive();
        const auto reply = platform_->Send(SiteOf("acme", "US"), hook, order_);
        if (!reply.ok() || reply->status == 503) return false;
        const auto json = edge::ParseJson(reply->body, {64 * 1024, 8});
        if (reply->status == 200 && json.ok()) word = std::string(json->FindString("status"));
        return true;
      },
      kPatience);
  return word;
}

void RunningSystem::ReportTraffic() {
  const bool reported = Eventually(
      [&] {
        Revive();
        const auto reply = platform_->ReportTraffic(SiteOf("acme", "EU"));
        return reply.ok() && reply->status == 200;
      },
      kPatience);
  REALM_CHECK(reported);
}

std::string RunningSystem::Poll() {
  const auto answer = platform_->PollStatus(SiteOf("acme", "US"), order_.migration_id);
  return answer.ok() ? answer->status : "?";
}

bool RunningSystem::PollUntil(absl::string_view word) {
  return Eventually(
      [&] {
        Revive();
        return Poll() == word;
      },
      kPatience);
}

void RunningSystem::Revive() {
  for (const std::string& name : system_->names()) {
    ctl::Child& child = system_->child(name);
    const bool dead = child.Poll().has_value();
    if (!dead && !child.IsStopped()) continue;
    ++revivals_;
    child.Kill();
    system_->SetEnvironment(name, "REALM_FAILPOINTS", "");
    REALM_CHECK_OK(system_->Start(name));
  }
}

Holdings RunningSystem::Read(absl::string_view worker, absl::string_view tenant) {
  system_->Stop(worker);
  const ctl::StoreProbe probe(*system_);
  const auto core = probe.Read(KeyOf(worker, ctl::kCoreTransfer, tenant));
  const auto history = probe.Read(KeyOf(worker, ctl::kHistoryTransfer, tenant));
  REALM_CHECK_OK(core.status());
  REALM_CHECK_OK(history.status());
  return {*core, *history};
}

}  // namespace realm::e2e
