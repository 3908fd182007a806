#include "common/clock.h"

#include <time.h>

#include "absl/time/clock.h"

#include "common/check.h"

namespace realm {

absl::Time SystemClock::Now() const {
  return absl::Now();
}

absl::Duration SystemClock::Monotonic() const {
  timespec now{};
  REALM_CHECK(clock_gettime(CLOCK_BOOTTIME, &now) == 0);
  return absl::DurationFromTimespec(now);
}

}  // namespace realm
