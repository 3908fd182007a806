// Ctrl-C and SIGTERM, for programs that have something to end first.

#ifndef REALMSHIFT_COMMON_PROGRAM_STOP_SIGNALS_H_
#define REALMSHIFT_COMMON_PROGRAM_STOP_SIGNALS_H_

#include "absl/time/time.h"

namespace realm {

// While it lives, SIGINT and SIGTERM do not end this program but are counted. One at a time.
//
// Thread safety: one thread waits; any thread may call Wake.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // Waits until `count` of them have come, now or earlier, or Wake was called, at most for
  // `patience`. Whether so many have come.
  bool Wait(absl::Duration patience = absl::InfiniteDuration(), int count = 1);
  bool Came() { return Wait(absl::ZeroDuration()); }

  // Ends the present Wait and all later ones: there is nothing left to stop.
  void Wake();
};

}  // namespace realm

#endif  // REALMSHIFT_COMMON_PROGRAM_STOP_SIGNALS_H_
