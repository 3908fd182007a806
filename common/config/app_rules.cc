#include <string>

#include "absl/strings/str_cat.h"

#include "common/config/duration.h"
#include "common/config/rules.h"
#include "common/config/syntax.h"
#include "common/limits.h"

namespace realm {
namespace {

using config::v1::App;

void CheckBaseUrls(const App& app, const std::string& path, const Names& realms, Checker& checker) {
  checker.Require(path + ".base_url", app.base_url(), "the descriptor's baseUrl", CheckBaseUrl);
  Names named("realm");
  Names urls("realm's deployment");
  for (int i = 0; i < app.region_base_urls_size(); ++i) {
    const config::v1::BaseUrl& entry = app.region_base_urls(i);
    const std::string item = At(path + ".region_base_urls", i);
    if (checker.Require(item + ".realm", entry.realm(), "the code of a realm")) {
      realms.Refer(item + ".realm", entry.realm(), checker);
      named.Declare(item + ".realm", entry.realm(), checker);
    }
    checker.Require(item + ".url", entry.url(), "the realm's base URL", CheckBaseUrl);
    urls.Declare(item + ".url", entry.url(), checker);
  }
}

// The realm a request came in by is known by its base URL alone.
void CheckDefaultRealm(const App& app, const std::string& path, const Names& codes,
                       Checker& checker) {
  const std::string field = path + ".default_realm";
  if (!checker.Require(field, app.default_realm(), "the code of the realm behind base_url")) return;
  codes.Refer(field, app.default_realm(), checker);
  for (int i = 0; i < app.region_base_urls_size(); ++i) {
    const config::v1::BaseUrl& entry = app.region_base_urls(i);
    if (entry.url() != app.base_url() || entry.realm() == app.default_realm()) continue;
    checker.findings().Add(At(path + ".region_base_urls", i) + ".url",
                           absl::StrCat("is base_url, which is the deployment of ",
                                        app.default_realm(), "; give ", entry.realm(), " its own"));
  }
}

void CheckTransfer(const config::v1::Transfer& transfer, const std::string& path,
                   const Names& datasets, Names& moved, Checker& checker) {
  checker.Require(path + ".name", transfer.name(), "its name", CheckId);
  checker.RequireList(path + ".datasets", transfer.datasets_size(), kDatasetsPerTransferMax,
                      "name of a dataset");
  for (int i = 0; i < transfer.datasets_size(); ++i) {
    const std::string item = At(path + ".datasets", i);
    datasets.Refer(item, transfer.datasets(i), checker);
    moved.Declare(item, transfer.datasets(i), checker);
  }
}

// Data that is to move and is in no transfer would be left behind in silence.
void CheckAllAreMoved(const App& app, const std::string& path, const Names& moved,
                      Checker& checker) {
  for (int i = 0; i < app.datasets_size(); ++i) {
    const config::v1::Dataset& dataset = app.datasets(i);
    if (dataset.handling() != config::v1::Dataset::MOVE) continue;
    if (dataset.name().empty() || moved.contains(dataset.name())) continue;
    const std::string item = At(path + ".datasets", i);
    if (checker.findings().IsBroken(item + ".handling")) continue;
    checker.findings().Add(
        item,
        absl::StrCat("(", dataset.name(),
                     ") is in no transfer; name it in one or write handling: rebuild or drop"));
  }
}

void CheckTransfers(const App& app, const std::string& path, Checker& checker) {
  Names datasets("dataset");
  checker.RequireList(path + ".datasets", app.datasets_size(),
                      kTransfersMax * kDatasetsPerTransferMax, "dataset");
  for (int i = 0; i < app.datasets_size(); ++i) {
    const std::string field = At(path + ".datasets", i) + ".name";
    checker.Require(field, app.datasets(i).name(), "its name", CheckId);
    datasets.Declare(field, app.datasets(i).name(), checker);
  }
  Names transfers("transfer");
  Names moved("transfer's dataset");
  checker.RequireList(path + ".transfers", app.transfers_size(), kTransfersMax, "transfer");
  for (int i = 0; i < app.transfers_size(); ++i) {
    const std::string item = At(path + ".transfers", i);
    CheckTransfer(app.transfers(i), item, datasets, moved, checker);
    transfers.Declare(item + ".name", app.transfers(i).name(), checker);
  }
  CheckAllAreMoved(app, path, moved, checker);
}

void CheckTimes(const App& app, const std::string& path, Checker& checker) {
  checker.Between(path + ".max_migration_duration", app.max_migration_duration(), absl::Minutes(30),
                  absl::Hours(24));
  checker.Between(path + ".window_margin", app.window_margin(), absl::ZeroDuration(),
                  absl::Minutes(15));
  checker.Between(path + ".retry_horizon", app.retry_horizon(), absl::Seconds(1), absl::Hours(24));
  checker.Between(path + ".purge_grace", app.purge_grace(), absl::ZeroDuration(),
                  absl::Hours(24 * 30));
  checker.Between(path + ".stuck_after", app.stuck_after(), absl::Seconds(1), absl::Hours(24 * 7));
  if (app.has_accept_elapsed()) {
    // Less than the horizon would take the passing of time as proof while the platform may still
    // retry the commit, and then go back.
    checker.Between(path + ".accept_elapsed", app.accept_elapsed(), FromProto(app.retry_horizon()),
                    absl::Hours(24 * 7));
  }
}

void CheckConnect(const config::v1::Connect& connect, const std::string& path, Checker& checker) {
  if (!connect.install_keys_folder().empty()) {
    checker.Refuse(path + ".install_keys_url",
                   "is given beside install_keys_folder; keep one of the two");
  }
  checker.Optional(path + ".install_keys_url", connect.install_keys_url(), CheckTrustedUrl);
  checker.Between(path + ".leeway", connect.leeway(), absl::ZeroDuration(), absl::Minutes(5));
  checker.Between(path + ".token_life_max", connect.token_life_max(), absl::Minutes(1),
                  absl::Hours(24));
  checker.Between(path + ".previous_secret_life", connect.previous_secret_life(),
                  absl::ZeroDuration(), absl::Hours(24));
}

void CheckForge(const config::v1::Forge& forge, const std::string& path, Checker& checker) {
  checker.Require(path + ".app_ari", forge.app_ari(),
                  "the app's ARI, \"ari:cloud:ecosystem::app/...\"", CheckId);
  if (forge.jwks_file().empty()) {
    checker.Require(path + ".jwks_url", forge.jwks_url(), "it, or jwks_file", CheckTrustedUrl);
  } else {
    checker.Refuse(path + ".jwks_url", "is given beside jwks_file; keep one of the two");
  }
  checker.Between(path + ".leeway", forge.leeway(), absl::ZeroDuration(), absl::Minutes(5));
}

}  // namespace

void CheckApp(const App& app, const std::string& path, const Names& realms, const Names& codes,
              Checker& checker) {
  checker.Require(path + ".id", app.id(), "the app's key or ARI", CheckId);
  checker.Optional(path + ".hook_path", app.hook_path(), CheckHookPath);
  CheckBaseUrls(app, path, realms, checker);
  CheckDefaultRealm(app, path, codes, checker);
  CheckTransfers(app, path, checker);
  CheckTimes(app, path, checker);
  if (app.has_connect()) CheckConnect(app.connect(), path + ".connect", checker);
  if (app.has_forge()) CheckForge(app.forge(), path + ".forge", checker);
}

}  // namespace realm
