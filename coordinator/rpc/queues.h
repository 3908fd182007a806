// What waits in each realm, and on what.
#ifndef REALMSHIFT_COORDINATOR_RPC_QUEUES_H_
#define REALMSHIFT_COORDINATOR_RPC_QUEUES_H_

#include <vector>

#include "coordinator/core/policy.h"
#include "coordinator/engine/book.h"
#include "coordinator/engine/fleet.h"
#include "coordinator/engine/job_rates.h"
#include "realm/v1/admin.pb.h"

namespace realm::coordinator {

// One queue for each configured realm, in the order of their codes; counted from
// the rows, so that the numbers are exact. Each names every kind of job. `rates` may be null.
std::vector<realm::v1::Queue> MakeQueues(const std::vector<MigrationPtr>& migrations,
                                         const Fleet& fleet, const Policy& policy,
                                         const JobRates* rates, absl::Time now);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_RPC_QUEUES_H_
