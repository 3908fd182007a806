// The configuration as the core needs it: what may be scheduled, on which terms.
#ifndef REALMSHIFT_COORDINATOR_CORE_POLICY_H_
#define REALMSHIFT_COORDINATOR_CORE_POLICY_H_

#include <map>
#include <string>
#include <vector>

#include "common/ids.h"
#include "coordinator/core/migration.h"

namespace realm::coordinator {

struct RealmPolicy {
  RealmId code;
  std::string store;  // Realms with equal stores keep their data in one place.
};

struct TransferPolicy {
  TransferName name;
  bool blocking = true;
  std::vector<DatasetName> datasets;  // Only those that are moved.
};

struct AppPolicy {
  AppId id;
  bool migrations_supported = false;
  RealmId default_realm;
  std::vector<RealmId> realms;  // Where the app has a base URL.
  std::vector<TransferPolicy> transfers;
  Terms terms;
};

struct Policy {
  std::map<std::string, RealmPolicy> realms;  // By code and by alias.
  std::map<AppId, AppPolicy> apps;
  // Overlapping windows; 0: no limit.
  int per_realm_max = 0;
  int per_app_max = 0;
  int per_pair_max = 0;
};

// The realm that `code` names after trimming, or nullptr. Exact upper case: the
// platform sends codes so, and "eu" would be another caller's mistake.
const RealmPolicy* FindRealm(const Policy& policy, absl::string_view code);
const AppPolicy* FindApp(const Policy& policy, const AppId& app);
// The realm that `code` names if the app has it, or nullptr; and what to say then of the field.
const RealmPolicy* FindRealmOf(const AppPolicy& app, const Policy& policy, absl::string_view code);
std::string NoRealmOf(const AppPolicy& app, absl::string_view field, absl::string_view code);

// How many open migrations have windows that overlap a wanted one.
struct Overlaps {
  int source_realm = 0;
  int target_realm = 0;
  int app = 0;
  int pair = 0;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_POLICY_H_
