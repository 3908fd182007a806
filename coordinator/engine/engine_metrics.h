// What the coordinator counts of migrations, jobs and writes. Labels are states, realms, kinds and
// listed words; never an id.
#ifndef REALMSHIFT_COORDINATOR_ENGINE_ENGINE_METRICS_H_
#define REALMSHIFT_COORDINATOR_ENGINE_ENGINE_METRICS_H_

#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

#include "common/metrics.h"
#include "coordinator/core/policy.h"
#include "coordinator/engine/job_rates.h"
#include "coordinator/engine/observer.h"

namespace realm::coordinator {

// "ready_to_commit".
std::string LabelOf(State state);

// Thread safety: the engine's thread observes; any thread asks.
class EngineMetrics final : public EngineObserver {
 public:
  // The series of each realm of `policy` begin at zero. All outlive this.
  EngineMetrics(Metrics* metrics, const Policy& policy, JobRates* rates);

  void OnStep(const Input& input, const Migration* before, const Migration& after) override;
  void OnWrite(size_t inputs, absl::Duration took, const absl::Status& written) override;
  void OnFencedJob(const RealmId& realm) override { fenced_.With({realm.value()}).Increment(); }
  void OnStaleReport(const RealmId& realm) override { stale_.With({realm.value()}).Increment(); }

  // Why the last write failed; empty when it did not.
  std::string WhyNotWritten() const;

 private:
  // Kept, because to find a series by its labels costs more than to count.
  struct KindSeries {
    Counter enqueued;
    Counter dispatched;
    std::map<absl::string_view, Counter> attempts;  // By result.
    Counter expirations;
    Histogram queued;
    Histogram ran;
  };
  KindSeries& SeriesOf(const Job& job);
  KindSeries MakeSeries(const RealmId& realm, JobKind kind) const;
  void CountState(const Migration* before, const Migration& after);
  void CountJob(const Input& input, const Job* before, const Job& after, absl::Time now);
  void CountEnd(const Input& input, const Job& before, const Job& after, absl::Time now);

  JobRates* const rates_;
  CounterFamily transitions_;
  CounterFamily finished_;
  CounterFamily failures_;
  HistogramFamily phases_;
  CounterFamily enqueued_;
  CounterFamily dispatched_;
  CounterFamily attempts_;
  CounterFamily expirations_;
  HistogramFamily queued_;
  HistogramFamily ran_;
  CounterFamily fenced_;
  CounterFamily stale_;
  CounterFamily audit_;
  std::map<std::pair<RealmId, JobKind>, KindSeries> series_;
  std::map<absl::string_view, Counter> audits_;  // By WordFor's literals.
  Histogram round_inputs_;
  Histogram writes_;
  Counter write_errors_;

  mutable absl::Mutex mutex_;
  std::string why_not_written_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_ENGINE_ENGINE_METRICS_H_
