// Where time comes from. Nothing else in the project asks the system for it, so that the simulator
// can decide what time it is.

#ifndef REALMSHIFT_COMMON_CLOCK_H_
#define REALMSHIFT_COMMON_CLOCK_H_

#include "absl/time/time.h"

namespace realm {

// Thread safety: any thread may call any method of any implementation.
class Clock {
 public:
  virtual ~Clock() = default;

  // The wall clock: for windows, deadlines on rows and what people read. It may jump both ways, and
  // no safety argument rests on it.
  virtual absl::Time Now() const = 0;

  // Time since an arbitrary point of this process. Never falls, and goes on while the machine is
  // suspended: a worker that slept through its lease must find that out from it.
  virtual absl::Duration Monotonic() const = 0;
};

// The real one.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override;
  absl::Duration Monotonic() const override;
};

}  // namespace realm

#endif  // REALMSHIFT_COMMON_CLOCK_H_
