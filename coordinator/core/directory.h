// The directory entry that follows from a migration.
#ifndef REALMSHIFT_COORDINATOR_CORE_DIRECTORY_H_
#define REALMSHIFT_COORDINATOR_CORE_DIRECTORY_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "coordinator/core/migration.h"
#include "coordinator/core/tenant.h"

namespace realm::coordinator {

// Brings the tenant's entry in line with `migration`, drawing an epoch from the
// migration's counter when what readers see changes. Called in the same step as
// the state's change, so that both are in one write.
//
// Returns whether the row changed.
bool UpdateEntry(absl::Time now, Migration* migration, Tenant* tenant);

// Whether the realm may be that of before a move which nobody here knows: the store, which is of
// `generation` now, was restored from a backup after it was last known to be right.
bool IsInDoubt(const Tenant& tenant, uint64_t generation);

// A tenant's first entry, or an installation again, in a store of `generation`.
//
// An installation at another realm than the one that holds the tenant's data
// changes nothing but `installed`: the data is where it was, and saying
// otherwise is how tenants "lose" it. Returns which rule decided:
// "first", "same-realm" or "kept-previous-realm".
std::string Install(const TenantKey& key, const RealmId& realm, uint64_t generation, absl::Time now,
                    Tenant* tenant);

// The refusal of what has to wait for the end of the tenant's migration (TENANT_BUSY).
absl::Status RefuseBusy(const Tenant& tenant);

// What an operator says who has looked at the platform and into the stores.
struct RealmWord {
  RealmId realm;
  // Of the entry that was looked at.
  uint64_t epoch = 0;
  std::string reason;
};

// Takes the operator's word for where the tenant's data is; the entry is not in doubt any more.
// No store is asked, and nothing is copied, opened or deleted.
//
// FAILED_PRECONDITION, and nothing changes: the entry is another than the one that was looked at
// (ENTRY_CHANGED), or the tenant is being moved (TENANT_BUSY).
absl::Status SetRealm(const RealmWord& word, uint64_t generation, absl::Time now, Tenant* tenant);

// Returns whether the row changed.
bool Uninstall(absl::Time now, Tenant* tenant);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_DIRECTORY_H_
