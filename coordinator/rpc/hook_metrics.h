// What the coordinator counts of the hooks: how they were answered, how fast, and why refused.

#ifndef REALMSHIFT_COORDINATOR_RPC_HOOK_METRICS_H_
#define REALMSHIFT_COORDINATOR_RPC_HOOK_METRICS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/metrics.h"

namespace realm::coordinator {

// Thread safety: any thread may call any method.
class HookMetrics {
 public:
  // `metrics` outlives this.
  explicit HookMetrics(Metrics* metrics);

  // `hook` is schedule, start, commit, rollback, status or traffic.
  void Answered(absl::string_view hook, const absl::Status& answer, absl::Duration took);
  void Replayed(absl::string_view hook) { replays_.With({hook}).Increment(); }
  void Polled(absl::Time now);

 private:
  CounterFamily requests_;
  HistogramFamily durations_;
  CounterFamily replays_;
  CounterFamily refusals_;
  Gauge last_poll_;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_RPC_HOOK_METRICS_H_
