// Bugs that are put in on purpose, to prove that the simulator finds them: one at a time, or two
// where one guard makes harmless what another lets through.
//
// Each stands at the guard that it takes away:
//   if (!Seeded(SeededBug::kNoProofOfSwitch) && !m.proof) return std::nullopt;
//
// In the product Seeded is the constant false, so that neither the bug nor the question is in the
// program. The simulator is built a second time with REALM_SEEDED_BUGS (realm-sim-seeded), and
// tests/scenarios/must_fail names the seeds that must catch each of them.

#ifndef REALMSHIFT_COMMON_SEEDED_BUG_H_
#define REALMSHIFT_COMMON_SEEDED_BUG_H_

#include <optional>
#include <vector>

#include "absl/strings/string_view.h"

namespace realm {

enum class SeededBug {
  kNone,
  // coordinator/core
  kPurgeAtCommit,
  kNoProofOfSwitch,
  kFirstTrafficIsProof,
  kCommitAnswerForgotten,
  kUnsealedPassCounts,
  kFirstPassCountsAsFinal,
  kFinalPassWithoutSeal,
  kGateOpensAtCommit,
  kFirstCopyAfterGate,
  kOptionalPurgedUnverified,
  kDirectoryFlipsAtProof,
  kDirectoryEpochKept,
  kWritableFromSwitch,
  kWindowFailsReady,
  kRollbackAfterSwitch,
  kUndoWithoutErasing,
  kUndoLeavesSeal,
  kUndoErasesSource,
  kEpochKeptByLease,
  kEpochsBeginAgain,
  kReplayAnsweredAnew,
  kReceiptForgotten,
  kTenantMovesTwice,
  kSameStoreIsMoved,
  kDoubtfulRealmTrusted,
  kStaleReportCounts,
  kUndoDoesNotWait,
  // coordinator/engine
  kAnswerBeforeWrite,
  kWriteErrorIgnored,
  kJobsForgottenAtStart,
  kRestoredRowsTrusted,
  kOptionalGateLeftOpen,
  kClockTrusted,
  kSecretNotKept,
  kRoundsSecretLost,
  kLeaseByWallClock,
  kLeaseNeverExpires,
  // worker/agent, worker/job
  kWallClockInJob,
  kSealSkipped,
  kSourceNotAsked,
  kGateLeftOpen,
  kVerifierBelievesCopier,
  kTailNotCompared,
  kPurgeCursorFirst,
  kPurgeLeavesTail,
  // The simulated realms' stores and the coordinator's disk.
  kFenceAtStartOnly,
  kFenceNotStrict,
  kAccessUnordered,
  kGenerationKept,
};

struct SeededBugEntry {
  SeededBug bug;
  absl::string_view word;
  absl::string_view what;  // What is wrong with the program then.
};

#ifdef REALM_SEEDED_BUGS

constexpr bool kHasSeededBugs = true;
// Whether this is one of the bugs that the program has now.
bool Seeded(SeededBug bug);
// Whether it has any: its own assertions are off then, for it is the auditor who must find it.
bool AnySeeded();

#else

constexpr bool kHasSeededBugs = false;
constexpr bool Seeded(SeededBug) {
  return false;
}
constexpr bool AnySeeded() {
  return false;
}

#endif

// From now on the program has these and no others. For the simulator's program; not thread-safe.
// Without REALM_SEEDED_BUGS it does nothing.
void SeedBugs(const std::vector<SeededBug>& bugs);
std::optional<SeededBug> SeededBugFrom(absl::string_view word);
// Without kNone, in the order above.
const std::vector<SeededBugEntry>& SeededBugs();

}  // namespace realm

#endif  // REALMSHIFT_COMMON_SEEDED_BUG_H_
