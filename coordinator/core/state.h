// The states of a migration, and what is true in each.
#ifndef REALMSHIFT_COORDINATOR_CORE_STATE_H_
#define REALMSHIFT_COORDINATOR_CORE_STATE_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace realm::coordinator {

// The numbers are on disk and on the wire. Do not change or reuse them.
enum class State : uint8_t {
  // No row. What a hook for an unknown migration meets.
  kNone = 0,

  // Accepted. Nothing else has happened; source and target are untouched.
  kScheduled = 1,

  // The platform has sent start. The source is whole; the target may hold any
  // part; its gate is closed.
  kCopying = 2,

  // The source is whole, and the target holds every blocking transfer with a
  // matching digest. Either side could serve the tenant; the source does.
  kReadyToCommit = 3,

  // Commit is acknowledged. The source is sealed and whole, nothing is deleted; a
  // last delta and verification run under a new epoch; the target's gate is
  // closed. Waits for proof that the platform has switched.
  kCommitting = 4,

  // Verified and proven: the directory names the target. Point of no return.
  // Transfers that do not block are still copied, verified and opened; then the
  // source is purged of what was verified.
  kSwitched = 5,

  // The source holds nothing of the tenant, proven by a re-scan.
  kCommitted = 6,

  // Cannot succeed. Waits for the platform's rollback, or for the window to be
  // well over, and is then undone.
  kFailed = 7,

  // The target's part is being erased. The directory names the source, which is
  // unsealed at the end.
  kRollingBack = 8,

  // The target holds nothing of this migration, proven. The source is whole and open.
  kRolledBack = 9,

  // Given up before anything was done.
  kCancelled = 10,
};

constexpr int kStateCount = 11;

constexpr bool IsTerminal(State state) {
  return state == State::kCommitted || state == State::kRolledBack || state == State::kCancelled;
}

// A name for people and logs: "ReadyToCommit".
absl::string_view ToString(State state);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_STATE_H_
