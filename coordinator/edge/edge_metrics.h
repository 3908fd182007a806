// What the edge counts. Labels are from fixed lists: the kinds of requests and HTTP's codes.

#ifndef REALMSHIFT_COORDINATOR_EDGE_EDGE_METRICS_H_
#define REALMSHIFT_COORDINATOR_EDGE_EDGE_METRICS_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/metrics.h"

namespace realm::edge {

// Thread safety: any thread may call any method.
class EdgeMetrics {
 public:
  // `metrics` must outlive this.
  explicit EdgeMetrics(Metrics* metrics);

  void Answered(absl::string_view kind, int status, absl::Duration took);
  void Replayed(absl::string_view kind);
  // Answered from the local copy while the coordinator's stream was down.
  void AnsweredAlone();

 private:
  CounterFamily requests_;
  HistogramFamily durations_;
  CounterFamily replays_;
  Counter alone_;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_EDGE_METRICS_H_
