// Ctrl-C and SIGTERM, for commands that have something to end first.

#ifndef REALMSHIFT_COORDINATOR_CTL_STOP_SIGNALS_H_
#define REALMSHIFT_COORDINATOR_CTL_STOP_SIGNALS_H_

#include "absl/time/time.h"

namespace realm::ctl {

// While it lives, SIGINT and SIGTERM do not end this program but are noted. One at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // Waits at most for `patience`. Whether one has come, now or earlier.
  bool Wait(absl::Duration patience);
  bool Came() { return Wait(absl::ZeroDuration()); }
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_STOP_SIGNALS_H_
