// What must hold of every row at every moment, asserted after each step and each
// load, in release builds too. The names S1 .. S12 are those of docs/SAFETY.md.
#ifndef REALMSHIFT_COORDINATOR_CORE_INVARIANTS_H_
#define REALMSHIFT_COORDINATOR_CORE_INVARIANTS_H_

#include "absl/status/status.h"

#include "coordinator/core/migration.h"
#include "coordinator/core/tenant.h"

namespace realm::coordinator {

// INTERNAL with the broken invariant's name and what was found. `tenant` may be
// nullptr when the directory does not know the tenant.
absl::Status FindBrokenInvariant(const Migration& migration, const Tenant* tenant);

// Stops the program if one is broken: the store then still holds the rows from
// before the step.
void CheckInvariants(const Migration& migration, const Tenant* tenant);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_INVARIANTS_H_
