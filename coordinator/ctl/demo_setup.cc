#include "coordinator/ctl/demo_setup.h"

#include "absl/strings/str_cat.h"

#include "common/digest.h"
#include "common/random.h"
#include "common/status_macros.h"
#include "coordinator/ctl/demo_defaults.h"
#include "coordinator/ctl/local_app.h"

namespace realm::ctl {
namespace {

// With the key and the lengths that a digest takes in, 12,000 records are 48.0 MiB.
constexpr int64_t kValueBytes = 4153;
constexpr int64_t kNeighbourRecords = 500;
constexpr int64_t kNeighbourValueBytes = 1000;

struct Filling {
  absl::string_view worker_id;
  absl::string_view dataset;
  absl::string_view tenant;
  int64_t records;
  int64_t value_bytes;
};

constexpr Filling kFillings[] = {
    {kSourceWorker, kCoreTransfer, kMovedTenant, kCoreRecords, kValueBytes},
    {kSourceWorker, kHistoryTransfer, kMovedTenant, kHistoryRecords, kValueBytes},
    {kSourceWorker, kCoreTransfer, kSourceNeighbour, kNeighbourRecords, kNeighbourValueBytes},
    {kSourceWorker, kHistoryTransfer, kSourceNeighbour, kNeighbourRecords, kNeighbourValueBytes},
    {kTargetWorker, kCoreTransfer, kTargetNeighbour, kNeighbourRecords, kNeighbourValueBytes},
    {kTargetWorker, kHistoryTransfer, kTargetNeighbour, kNeighbourRecords, kNeighbourValueBytes},
};

StoreKey KeyOf(absl::string_view worker_id, absl::string_view dataset, absl::string_view tenant) {
  return {std::string(worker_id), std::string(dataset), std::string(tenant)};
}

}  // namespace

std::string ContentKey(absl::string_view worker_id, absl::string_view dataset,
                       absl::string_view tenant) {
  return absl::StrCat(worker_id, "/", dataset, "/", tenant);
}

absl::StatusOr<std::unique_ptr<DemoSetup>> DemoSetup::Create(const Invocation& invocation) {
  std::unique_ptr<DemoSetup> setup(new DemoSetup);
  ASSIGN_OR_RETURN(setup->scratch_, ScratchFolder::Create("realmctl-demo"));
  ASSIGN_OR_RETURN(LocalFiles files, LocalFiles::Create(setup->scratch_->path(), invocation.clock));
  setup->platform_ = std::make_unique<Platform>(edge::PlatformKey::Generate(),
                                                std::string(demo::kKeyId), invocation.clock);
  RETURN_IF_ERROR(files.Write(absl::StrCat("keys/install/", demo::kKeyId, ".pem"),
                              setup->platform_->key().PublicPem(), false));
  setup->secret_ = ToHex(RandomBytes(32));
  const std::vector<std::string> realms = {std::string(kSourceRealm), std::string(kTargetRealm)};
  LocalOptions options;
  options.program_folder = invocation.program_folder;
  options.workers = LocalWorkers(realms, files);
  ASSIGN_OR_RETURN(options.ports, UsualOrFreePorts(IdsOf(options.workers)));
  options.config = LocalConfig(realms, options.ports.edge, files.install_keys_folder());
  ASSIGN_OR_RETURN(setup->system_,
                   LocalSystem::Prepare(std::move(files), std::move(options), invocation.clock));
  return setup;
}

Site DemoSetup::SiteOf(absl::string_view tenant, absl::string_view realm) const {
  Site site;
  site.app_key = std::string(kLocalApp);
  site.base_url = LocalBaseUrl(system_->ports().edge, realm);
  site.hook_path = std::string(kLocalHookPath);
  site.client_key = std::string(tenant);
  site.shared_secret = Secret(ToHex(HmacSha256(secret_, tenant)));
  return site;
}

absl::Status DemoSetup::Seed() const {
  const StoreProbe probe(*system_);
  for (const Filling& filling : kFillings) {
    RETURN_IF_ERROR(probe.Seed(KeyOf(filling.worker_id, filling.dataset, filling.tenant),
                               filling.records, filling.value_bytes));
  }
  return absl::OkStatus();
}

absl::StatusOr<Contents> DemoSetup::ReadStores() const {
  const StoreProbe probe(*system_);
  Contents contents;
  for (const absl::string_view worker : {kSourceWorker, kTargetWorker}) {
    for (const absl::string_view dataset : {kCoreTransfer, kHistoryTransfer}) {
      for (const absl::string_view tenant : {kMovedTenant, kSourceNeighbour, kTargetNeighbour}) {
        ASSIGN_OR_RETURN(contents[ContentKey(worker, dataset, tenant)],
                         probe.Read(KeyOf(worker, dataset, tenant)));
      }
    }
  }
  return contents;
}

}  // namespace realm::ctl
