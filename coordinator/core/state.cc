#include "coordinator/core/state.h"

#include <cstdlib>

namespace realm::coordinator {

absl::string_view ToString(State state) {
  switch (state) {
    case State::kNone:
      return "None";
    case State::kScheduled:
      return "Scheduled";
    case State::kCopying:
      return "Copying";
    case State::kReadyToCommit:
      return "ReadyToCommit";
    case State::kCommitting:
      return "Committing";
    case State::kSwitched:
      return "Switched";
    case State::kCommitted:
      return "Committed";
    case State::kFailed:
      return "Failed";
    case State::kRollingBack:
      return "RollingBack";
    case State::kRolledBack:
      return "RolledBack";
    case State::kCancelled:
      return "Cancelled";
  }
  std::abort();  // Not reached: the switch is exhaustive.
}

}  // namespace realm::coordinator
