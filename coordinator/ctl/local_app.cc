#include "coordinator/ctl/local_app.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "common/config/duration.h"
#include "common/config/syntax.h"
#include "coordinator/ctl/demo_defaults.h"

namespace realm::ctl {
namespace {

config::v1::App LocalAppConfig(const std::vector<std::string>& realms, int edge_port,
                               const std::string& install_keys_folder) {
  config::v1::App app;
  app.set_id(std::string(kLocalApp));
  app.set_base_url(absl::StrCat("http://127.0.0.1:", edge_port));
  for (const std::string& realm : realms) {
    config::v1::BaseUrl* url = app.add_region_base_urls();
    url->set_realm(realm);
    url->set_url(LocalBaseUrl(edge_port, realm));
  }
  app.set_hook_path(std::string(kLocalHookPath));
  app.set_default_realm(realms.front());
  for (const absl::string_view name : {kCoreTransfer, kHistoryTransfer}) {
    app.add_datasets()->set_name(std::string(name));
    config::v1::Transfer* transfer = app.add_transfers();
    transfer->set_name(std::string(name));
    transfer->set_blocking(name == kCoreTransfer);
    transfer->add_datasets(std::string(name));
  }
  ToProto(absl::ZeroDuration(), *app.mutable_purge_grace());
  app.mutable_connect()->set_install_keys_folder(install_keys_folder);
  return app;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseRealms(absl::string_view list) {
  std::vector<std::string> realms;
  for (const absl::string_view code : absl::StrSplit(list, ',')) {
    const std::string wrong = CheckRealmCode(code);
    if (!wrong.empty()) return absl::InvalidArgumentError(absl::StrCat("--realms: a code ", wrong));
    if (std::find(realms.begin(), realms.end(), code) != realms.end()) {
      return absl::InvalidArgumentError(absl::StrCat("--realms names ", code, " twice"));
    }
    realms.emplace_back(code);
  }
  if (realms.size() >= 2) return realms;
  return absl::InvalidArgumentError("--realms names one realm; a move needs two, like US,EU");
}

std::vector<LocalWorker> LocalWorkers(const std::vector<std::string>& realms,
                                      const LocalFiles& files) {
  std::vector<LocalWorker> workers;
  for (const std::string& realm : realms) {
    LocalWorker worker;
    worker.realm = realm;
    worker.id = absl::StrCat(absl::AsciiStrToLower(realm), "-1");
    for (const absl::string_view name : {kCoreTransfer, kHistoryTransfer}) {
      config::v1::WorkerDataset dataset;
      dataset.set_name(std::string(name));
      dataset.set_connector("rocksdb");
      dataset.set_path(files.path(absl::StrCat("data/", worker.id, "/", name)));
      worker.datasets.push_back(dataset);
    }
    workers.push_back(worker);
  }
  return workers;
}

std::vector<std::string> IdsOf(const std::vector<LocalWorker>& workers) {
  std::vector<std::string> ids;
  for (const LocalWorker& worker : workers)
    ids.push_back(worker.id);
  return ids;
}

std::string LocalBaseUrl(int edge_port, absl::string_view realm) {
  return absl::StrCat("http://127.0.0.1:", edge_port, "/", absl::AsciiStrToLower(realm));
}

config::v1::CoordinatorConfig LocalConfig(const std::vector<std::string>& realms, int edge_port,
                                          const std::string& install_keys_folder) {
  config::v1::CoordinatorConfig config;
  for (const std::string& realm : realms)
    config.add_realms()->set_code(realm);
  *config.add_apps() = LocalAppConfig(realms, edge_port, install_keys_folder);
  ToProto(demo::kLease, *config.mutable_lease());
  ToProto(demo::kFramePeriod, *config.mutable_frame_period());
  return config;
}

}  // namespace realm::ctl
