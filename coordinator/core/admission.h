// May a schedule be accepted, and on which terms.
#ifndef REALMSHIFT_COORDINATOR_CORE_ADMISSION_H_
#define REALMSHIFT_COORDINATOR_CORE_ADMISSION_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "coordinator/core/input.h"
#include "coordinator/core/migration.h"
#include "coordinator/core/policy.h"
#include "coordinator/core/refusal.h"
#include "coordinator/core/tenant.h"

namespace realm::coordinator {

// The migration that `schedule` asks for, in no state yet. `tenant` is nullptr
// when the directory does not know the tenant.
//
// A target whose store is the source's, or which is where the data already is,
// is a no-op: the platform may be the one whose view is out of date, and
// nothing is ever copied or deleted for it. It is refused while the entry is in doubt
// (directory.h): only a copy asks the stores where the tenant lives.
//
// Refusals: see Refusal; each message says what would be accepted.
absl::StatusOr<Migration> Admit(const HookInput& schedule, const Tenant* tenant,
                                const Policy& policy, absl::Time now);

// Whether the body of a later hook agrees with the schedule. Neither of the
// platform's token schemes signs the body, so that location and times there are
// claims to be compared, never orders.
absl::Status CompareWithSchedule(const HookInput& hook, const Migration& migration,
                                 const Policy& policy);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_ADMISSION_H_
