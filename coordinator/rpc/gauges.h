// What is counted from the rows and the workers at each look: open migrations, queues, workers, the
// directory, the store.

#ifndef REALMSHIFT_COORDINATOR_RPC_GAUGES_H_
#define REALMSHIFT_COORDINATOR_RPC_GAUGES_H_

#include "common/metrics.h"
#include "coordinator/engine/engine.h"

namespace realm::coordinator {

// `metrics` is not read any more when `engine` is gone.
void AddGauges(const Engine* engine, Metrics* metrics);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_RPC_GAUGES_H_
