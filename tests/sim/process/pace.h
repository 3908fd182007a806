// Scenario time that passes faster than ours, and the log of what happens in it.

#ifndef REALMSHIFT_TESTS_SIM_PROCESS_PACE_H_
#define REALMSHIFT_TESTS_SIM_PROCESS_PACE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "common/clock.h"

namespace realm::sim {

// Thread safety: any thread, after Begin.
class Pace {
 public:
  explicit Pace(int speed) : speed_(speed) {}

  // Scenario time is zero now.
  void Begin() {
    begun_ = clock_.Monotonic();
    wall_ = clock_.Now();
  }
  int speed() const { return speed_; }
  const Clock& clock() const { return clock_; }

  // How long so much of the scenario takes.
  absl::Duration Real(absl::Duration span) const { return span / speed_; }
  absl::Duration Now() const { return (clock_.Monotonic() - begun_) * speed_; }
  absl::Time WallAt(absl::Duration at) const { return wall_ + Real(at); }

 private:
  const SystemClock clock_;
  const int speed_;
  absl::Duration begun_;
  absl::Time wall_;
};

// Thread safety: any thread.
class RunLog {
 public:
  explicit RunLog(const Pace* pace) : pace_(pace) {}

  void Say(absl::string_view who, absl::string_view what) {
    const absl::MutexLock lock(&mutex_);
    lines_.push_back(absl::StrCat(absl::ToInt64Microseconds(pace_->Now()), " ", who, " ", what));
  }
  void Count(absl::string_view counter, int64_t by = 1) {
    const absl::MutexLock lock(&mutex_);
    counters_[std::string(counter)] += by;
  }
  // Of all counters whose names begin so.
  int64_t Sum(absl::string_view prefix) const {
    const absl::MutexLock lock(&mutex_);
    int64_t sum = 0;
    for (const auto& [name, count] : counters_)
      if (absl::StartsWith(name, prefix)) sum += count;
    return sum;
  }
  std::vector<std::string> lines() const {
    const absl::MutexLock lock(&mutex_);
    return lines_;
  }
  std::map<std::string, int64_t> counters() const {
    const absl::MutexLock lock(&mutex_);
    return counters_;
  }

 private:
  const Pace* const pace_;
  mutable absl::Mutex mutex_;
  std::vector<std::string> lines_;
  std::map<std::string, int64_t> counters_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_PROCESS_PACE_H_
