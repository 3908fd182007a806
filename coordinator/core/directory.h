// The directory entry that follows from a migration.
#ifndef REALMSHIFT_COORDINATOR_CORE_DIRECTORY_H_
#define REALMSHIFT_COORDINATOR_CORE_DIRECTORY_H_

#include <string>

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

// A tenant's first entry, or an installation again.
//
// An installation at another realm than the one that holds the tenant's data
// changes nothing but `installed`: the data is where it was, and saying
// otherwise is how tenants "lose" it. Returns which rule decided:
// "first", "same-realm" or "kept-previous-realm".
std::string Install(const TenantKey& key, const RealmId& realm, absl::Time now, Tenant* tenant);

// Returns whether the row changed.
bool Uninstall(absl::Time now, Tenant* tenant);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_DIRECTORY_H_
