// One order in the hands of this worker, from its arrival until its result is acknowledged.

#ifndef REALMSHIFT_WORKER_AGENT_EXECUTION_H_
#define REALMSHIFT_WORKER_AGENT_EXECUTION_H_

#include <atomic>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "realm/v1/dispatch.pb.h"
#include "worker/job/job.h"

namespace realm::worker {

// Tells its job to stop when the lease has run out, by the monotonic clock and without anybody's
// help: a worker that was suspended finds out at its next page.
//
// Thread safety: any thread.
class Execution final : public StopToken, public Progress {
 public:
  Execution(const v1::JobOrder& order, const Clock& clock);

  const v1::JobOrder& order() const { return order_; }
  // Whether `order`, perhaps one that only names what is known, is this lease of this job, and not
  // an earlier or a later one.
  bool IsFor(const v1::JobOrder& order) const;

  // The lease runs until `end` of Clock::Monotonic.
  void Renew(absl::Duration end);
  void Stop() { stopped_ = true; }
  bool StopRequested() const override;

  void Update(const Counters& counters) override;
  void Finish(const Outcome& outcome);
  bool finished() const { return finished_; }

  v1::JobReport Report() const;

 private:
  const v1::JobOrder order_;
  const Clock& clock_;
  std::atomic<int64_t> lease_end_nanoseconds_{0};
  std::atomic<bool> stopped_{false};
  std::atomic<bool> finished_{false};
  mutable absl::Mutex mutex_;
  v1::JobReport report_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_AGENT_EXECUTION_H_
