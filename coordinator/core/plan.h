// Which jobs should exist, given the state and the facts. Idempotent, so that it
// does not matter when or how often it is asked.
#ifndef REALMSHIFT_COORDINATOR_CORE_PLAN_H_
#define REALMSHIFT_COORDINATOR_CORE_PLAN_H_

#include "absl/time/time.h"

#include "coordinator/core/migration.h"

namespace realm::coordinator {

// Adds the jobs that are missing and stops those that are not wanted any more.
// Returns whether anything changed.
bool PlanJobs(absl::Time now, Migration* migration);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_PLAN_H_
