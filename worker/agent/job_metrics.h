// What a worker counts of its jobs. Labels are kinds and results; never an id.

#ifndef REALMSHIFT_WORKER_AGENT_JOB_METRICS_H_
#define REALMSHIFT_WORKER_AGENT_JOB_METRICS_H_

#include "absl/time/time.h"

#include "common/metrics.h"
#include "realm/v1/dispatch.pb.h"

namespace realm::worker {

// Thread safety: any thread may call any method.
class JobMetrics {
 public:
  // `metrics` outlives this.
  explicit JobMetrics(Metrics* metrics);

  void Started() { running_.Add(1); }
  void Ended(const v1::JobOrder& order, const v1::JobReport& report, absl::Duration took);

 private:
  CounterFamily jobs_;
  HistogramFamily durations_;
  CounterFamily records_;
  CounterFamily bytes_;
  CounterFamily erased_;
  Counter fenced_;
  Gauge running_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_AGENT_JOB_METRICS_H_
