// A clock that stands still until the test moves it. Stands in for SystemClock.

#ifndef REALMSHIFT_TESTS_SUPPORT_FAKE_CLOCK_H_
#define REALMSHIFT_TESTS_SUPPORT_FAKE_CLOCK_H_

#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

#include "common/check.h"
#include "common/clock.h"

namespace realm {

// Thread safety: any thread may call any method.
class FakeClock final : public Clock {
 public:
  // 2030-01-01 00:00 UTC, and a monotonic reading that is not zero, as in life.
  FakeClock() : FakeClock(absl::FromCivil(absl::CivilDay(2030, 1, 1), absl::UTCTimeZone())) {}
  explicit FakeClock(absl::Time now) : now_(now) {}

  absl::Time Now() const override {
    absl::MutexLock lock(&mutex_);
    return now_;
  }

  absl::Duration Monotonic() const override {
    absl::MutexLock lock(&mutex_);
    return monotonic_;
  }

  // Moves both clocks. REQUIRES: `step` is not negative.
  void Advance(absl::Duration step) {
    REALM_CHECK(step >= absl::ZeroDuration());
    absl::MutexLock lock(&mutex_);
    now_ += step;
    monotonic_ += step;
  }

  // Moves the wall clock alone, either way, as an operator or NTP would.
  void JumpTo(absl::Time now) {
    absl::MutexLock lock(&mutex_);
    now_ = now;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
  absl::Duration monotonic_ ABSL_GUARDED_BY(mutex_) = absl::Hours(1);
};

}  // namespace realm

#endif  // REALMSHIFT_TESTS_SUPPORT_FAKE_CLOCK_H_
