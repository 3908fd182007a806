// How fast jobs come and go, for people who look at a queue.
#ifndef REALMSHIFT_COORDINATOR_ENGINE_JOB_RATES_H_
#define REALMSHIFT_COORDINATOR_ENGINE_JOB_RATES_H_

#include <array>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "common/ids.h"
#include "coordinator/core/migration.h"

namespace realm::coordinator {

// Jobs a second, as means over the last kRateSpan.
struct JobRate {
  double added = 0;
  double dispatched = 0;
  double done = 0;
};

constexpr absl::Duration kRateSpan = absl::Seconds(30);

// Counts in seconds of the monotonic clock; a second that is older than the span is not counted any
// more. Since the start, where that was less than a span ago.
//
// Thread safety: any thread.
class JobRates {
 public:
  enum class What { kAdded = 0, kDispatched = 1, kDone = 2 };

  explicit JobRates(const Clock* clock) : clock_(clock), started_(clock->Monotonic()) {}

  void Count(const RealmId& realm, JobKind kind, What what);
  JobRate Of(const RealmId& realm, JobKind kind) const;

 private:
  static constexpr size_t kSeconds = 30;
  struct Second {
    int64_t number = -1;
    std::array<int64_t, 3> counts{};
  };
  using Ring = std::array<Second, kSeconds>;

  int64_t Now() const { return absl::ToInt64Seconds(clock_->Monotonic() - started_); }

  const Clock* const clock_;
  const absl::Duration started_;
  mutable absl::Mutex mutex_;
  std::map<std::pair<RealmId, JobKind>, Ring> rings_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_ENGINE_JOB_RATES_H_
