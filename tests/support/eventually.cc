#include "tests/support/eventually.h"

#include "absl/time/clock.h"

#include "common/clock.h"

namespace realm {

bool Eventually(absl::FunctionRef<bool()> holds, absl::Duration deadline, absl::Duration pause) {
  const SystemClock clock;
  const absl::Duration end = clock.Monotonic() + deadline;
  while (!holds()) {
    if (clock.Monotonic() >= end) return holds();
    absl::SleepFor(pause);
  }
  return true;
}

}  // namespace realm
