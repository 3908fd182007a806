// Everything that a coordinator counts, put together.

#ifndef REALMSHIFT_COORDINATOR_RPC_COORDINATOR_METRICS_H_
#define REALMSHIFT_COORDINATOR_RPC_COORDINATOR_METRICS_H_

#include <atomic>
#include <string>

#include "common/clock.h"
#include "common/metrics.h"
#include "coordinator/core/policy.h"
#include "coordinator/engine/engine_metrics.h"
#include "coordinator/engine/job_rates.h"
#include "coordinator/rpc/hook_metrics.h"

namespace realm::coordinator {

// Made before the engine, which tells it what happens. Thread safety: any thread.
class CoordinatorMetrics {
 public:
  // `clock` outlives this.
  CoordinatorMetrics(const Policy& policy, const Clock* clock);

  // What /readyz says: whether it stops, or its last write failed. Empty: ready.
  std::string WhyNotReady() const;
  void SetStopping() { stopping_ = true; }

  Metrics& metrics() { return metrics_; }
  const JobRates& rates() const { return rates_; }
  EngineMetrics& engine() { return engine_; }
  HookMetrics& hooks() { return hooks_; }

 private:
  Metrics metrics_;
  JobRates rates_;
  EngineMetrics engine_;
  HookMetrics hooks_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_RPC_COORDINATOR_METRICS_H_
