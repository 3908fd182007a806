// The clocks of one process.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_SIM_CLOCK_H_
#define REALMSHIFT_TESTS_SIM_WORLD_SIM_CLOCK_H_

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "tests/sim/world/ground.h"

namespace realm::sim {

// When every run begins.
inline absl::Time Beginning() {
  return absl::FromUnixSeconds(1893456000);  // 2030-01-01 00:00:00 UTC.
}

// The wall clock is what a machine believes: off by `wall_offset`. The monotonic clock obeys the
// scenario's modes until all is healed: with timers_never it stands still, so that no lease ever
// runs out; with timers_always a lease has often run out by the time somebody looks.
class SimClock final : public Clock {
 public:
  SimClock(Ground* ground, const absl::Duration* wall_offset)
      : ground_(ground), wall_offset_(wall_offset), stands_at_(ground->loop.now()) {}

  absl::Time Now() const override { return Beginning() + ground_->loop.now() + *wall_offset_; }

  absl::Duration Monotonic() const override {
    const Scenario& scenario = ground_->scenario;
    if (scenario.timers_always && !ground_->healed && ground_->random.Chance(200)) {
      rushed_ += scenario.app.lease;
    }
    if (scenario.timers_never && !ground_->healed) return stands_at_;
    return ground_->loop.now() + rushed_;
  }

 private:
  Ground* const ground_;
  const absl::Duration* const wall_offset_;
  const absl::Duration stands_at_;
  mutable absl::Duration rushed_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_SIM_CLOCK_H_
