#include "tests/support/eventually.h"

#include "absl/time/clock.h"

#include "common/clock.h"

namespace realm {

bool Eventually(absl::FunctionRef<bool()> holds, absl::Duration deadline) {
  const SystemClock clock;
  const absl::Duration end = clock.Monotonic() + deadline;
  while (!holds()) {
    if (clock.Monotonic() >= end) return holds();
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

}  // namespace realm
