// The row of a tenant: the directory entry.
#ifndef REALMSHIFT_COORDINATOR_CORE_TENANT_H_
#define REALMSHIFT_COORDINATOR_CORE_TENANT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "common/ids.h"

namespace realm::coordinator {

struct PreviousRealm {
  RealmId realm;
  absl::Time from;
  absl::Time until;
  std::string reason;
  uint64_t epoch = 0;  // Of the change that ended it.
};

struct Tenant {
  TenantKey key;
  uint64_t version = 0;  // Of the row; grows by one with each write.

  RealmId realm;
  // Of this entry's last change; readers ignore entries with an older one.
  uint64_t epoch = 0;
  // The newest epoch drawn for this tenant when no migration is open. While one
  // is, its row keeps the counter.
  uint64_t last_epoch = 0;
  // The store's, when the realm was last known to be right: at the first installation, at a switch,
  // or when an operator said so. 0: the row is of a build that did not note it.
  uint64_t generation = 0;
  bool writable = true;
  RealmId read_through;
  bool installed = true;
  absl::Time since;
  std::string reason;
  std::vector<PreviousRealm> previous;  // Newest first; at most kPreviousRealmsMax.

  MigrationId active;            // The open migration; empty when there is none.
  MigrationId latest;            // The newest one, open or not.
  uint64_t migration_count = 0;  // Names migrations that the platform gave no id.
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_TENANT_H_
