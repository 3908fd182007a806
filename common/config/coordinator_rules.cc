#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "common/config/duration.h"
#include "common/config/rules.h"
#include "common/config/syntax.h"

namespace realm {
namespace {

using config::v1::CoordinatorConfig;

// Far more than any platform has; bounds what a mistake can cost.
constexpr int kRealmsMax = 1000;
constexpr int kAppsMax = 1000;
// A worker may lose two frames in a row and keep its lease.
constexpr int kFramesPerLeaseMin = 4;
constexpr int kLimitMax = 1000000;

// Codes and aliases share one name space: both are what the platform may say.
void CheckRealms(const CoordinatorConfig& config, Names& realms, Names& codes, Checker& checker) {
  checker.RequireList("realms", config.realms_size(), kRealmsMax, "realm");
  for (int i = 0; i < config.realms_size(); ++i) {
    const config::v1::Realm& realm = config.realms(i);
    const std::string path = At("realms", i);
    checker.Require(path + ".code", realm.code(), "its code, \"EU\"", CheckRealmCode);
    realms.Declare(path + ".code", realm.code(), checker);
    if (!codes.contains(realm.code())) codes.Declare(path + ".code", realm.code(), checker);
    for (int j = 0; j < realm.aliases_size(); ++j) {
      const std::string alias_path = At(path + ".aliases", j);
      checker.Require(alias_path, realm.aliases(j), "a code, \"DE\"", CheckRealmCode);
      realms.Declare(alias_path, realm.aliases(j), checker);
    }
  }
}

void CheckApps(const CoordinatorConfig& config, const Names& realms, const Names& codes,
               Checker& checker) {
  Names apps("app");
  checker.RequireList("apps", config.apps_size(), kAppsMax, "app");
  for (int i = 0; i < config.apps_size(); ++i) {
    CheckApp(config.apps(i), At("apps", i), realms, codes, checker);
    apps.Declare(At("apps", i) + ".id", config.apps(i).id(), checker);
  }
}

void CheckLimits(const config::v1::Limits& limits, Checker& checker) {
  checker.Between("limits.migrations_per_realm", limits.migrations_per_realm(), 0, kLimitMax);
  checker.Between("limits.migrations_per_app", limits.migrations_per_app(), 0, kLimitMax);
  checker.Between("limits.migrations_per_pair", limits.migrations_per_pair(), 0, kLimitMax);
}

// Port 0 is another free port for each.
void DeclareAddress(absl::string_view path, absl::string_view address, Names& addresses,
                    Checker& checker) {
  checker.Optional(path, address, CheckListenAddress);
  if (!absl::EndsWith(address, ":0")) addresses.Declare(path, address, checker);
}

void CheckAddresses(const CoordinatorConfig& config, Checker& checker) {
  Names addresses("listener");
  DeclareAddress("listen.grpc", config.listen().grpc(), addresses, checker);
  DeclareAddress("listen.http", config.listen().http(), addresses, checker);
  DeclareAddress("listen.health", config.listen().health(), addresses, checker);
  if (!config.has_edge()) return;
  DeclareAddress("edge.listen", config.edge().listen(), addresses, checker);
  if (!config.edge().monitor().empty()) {
    DeclareAddress("edge.monitor", config.edge().monitor(), addresses, checker);
  }
  if (checker.findings().IsWritten("edge.coordinator")) {
    checker.Optional("edge.coordinator", config.edge().coordinator(), CheckDialAddress);
  }
  checker.Require("edge.secret_key_file", config.edge().secret_key_file(),
                  "the file that holds the key for tenants' secrets");
  checker.Require("edge.cache_folder", config.edge().cache_folder(),
                  "the folder for the last known statuses");
}

void CheckLease(const CoordinatorConfig& config, Checker& checker) {
  checker.Between("lease", config.lease(), absl::Seconds(1), absl::Minutes(10));
  const absl::Duration longest = FromProto(config.lease()) / kFramesPerLeaseMin;
  checker.Between("frame_period", config.frame_period(), absl::Milliseconds(50),
                  std::max(longest, absl::Milliseconds(50)));
}

}  // namespace

void CheckTls(const config::v1::Tls& tls, Checker& checker) {
  const bool is_given =
      !tls.ca_file().empty() || !tls.cert_file().empty() || !tls.key_file().empty();
  if (!is_given && !checker.findings().IsWritten("tls")) return;
  const absl::string_view example = "it too, or leave tls out";
  checker.Require("tls.ca_file", tls.ca_file(), example);
  checker.Require("tls.cert_file", tls.cert_file(), example);
  checker.Require("tls.key_file", tls.key_file(), example);
}

void CheckRules(const CoordinatorConfig& config, Findings& findings) {
  Checker checker(findings);
  Names realms("realm");
  Names codes("realm code");
  CheckRealms(config, realms, codes, checker);
  CheckApps(config, realms, codes, checker);
  CheckLimits(config.limits(), checker);
  CheckAddresses(config, checker);
  CheckTls(config.tls(), checker);
  CheckLease(config, checker);
}

}  // namespace realm
