#include "common/seeded_bug.h"

#include <bitset>

namespace realm {

#ifdef REALM_SEEDED_BUGS

namespace {
// By number. Asked at every guard, so that it has to cost next to nothing.
std::bitset<64> seeded;
}  // namespace

bool Seeded(SeededBug bug) {
  return seeded[static_cast<size_t>(bug)];
}

bool AnySeeded() {
  return seeded.any();
}

void SeedBugs(const std::vector<SeededBug>& bugs) {
  seeded.reset();
  for (const SeededBug bug : bugs)
    seeded.set(static_cast<size_t>(bug));
}

#else

void SeedBugs(const std::vector<SeededBug>&) {}

#endif

const std::vector<SeededBugEntry>& SeededBugs() {
  static const auto* bugs = new std::vector<SeededBugEntry>{
      {SeededBug::kPurgeAtCommit, "purge_at_commit",
       "the source is purged as soon as it is verified under the seal, before the platform has "
       "switched"},
      {SeededBug::kNoProofOfSwitch, "no_proof_of_switch",
       "verification alone switches; nobody waits for proof"},
      {SeededBug::kFirstTrafficIsProof, "first_traffic_is_proof",
       "the first request at the target is proof even if the platform may go back"},
      {SeededBug::kCommitAnswerForgotten, "commit_answer_forgotten",
       "the time of the answer to commit is not noted, so the retry horizon is over at once"},
      {SeededBug::kUnsealedPassCounts, "unsealed_pass_counts",
       "the switch asks for a verification, not for one under the seal"},
      {SeededBug::kFirstPassCountsAsFinal, "first_pass_counts_as_final",
       "the first copy is recorded as the one under the seal"},
      {SeededBug::kFinalPassWithoutSeal, "final_pass_without_seal",
       "the copy at commit does not have the source sealed"},
      {SeededBug::kGateOpensAtCommit, "gate_opens_at_commit", "the target is opened at commit"},
      {SeededBug::kFirstCopyAfterGate, "first_copy_after_gate",
       "a first copy that comes back runs again after the gate was opened"},
      {SeededBug::kOptionalPurgedUnverified, "optional_purged_unverified",
       "the purge waits for blocking transfers only"},
      {SeededBug::kDirectoryFlipsAtProof, "directory_flips_at_proof",
       "the directory names the target before its data is complete"},
      {SeededBug::kDirectoryEpochKept, "directory_epoch_kept", "a changed entry keeps its epoch"},
      {SeededBug::kWritableFromSwitch, "writable_from_switch",
       "the directory calls the target writable before its gates are open"},
      {SeededBug::kWindowFailsReady, "window_fails_ready",
       "the end of the window fails what is ready to commit"},
      {SeededBug::kRollbackAfterSwitch, "rollback_after_switch",
       "a rollback is accepted after the point of no return"},
      {SeededBug::kUndoWithoutErasing, "undo_without_erasing",
       "a migration ends as rolled back with the target unerased"},
      {SeededBug::kUndoLeavesSeal, "undo_leaves_seal",
       "a migration ends as rolled back with the source sealed"},
      {SeededBug::kUndoErasesSource, "undo_erases_source", "the rollback erases at the source"},
      {SeededBug::kEpochKeptByLease, "epoch_kept_by_lease",
       "a second lease of a job has the epoch of the first"},
      {SeededBug::kEpochsBeginAgain, "epochs_begin_again",
       "the next migration of a tenant counts epochs from the beginning"},
      {SeededBug::kReplayAnsweredAnew, "replay_answered_anew",
       "a repeated hook is told the present state"},
      {SeededBug::kReceiptForgotten, "receipt_forgotten", "no answer to a hook is kept"},
      {SeededBug::kTenantMovesTwice, "tenant_moves_twice",
       "a second migration of a tenant is accepted while one is open"},
      {SeededBug::kSameStoreIsMoved, "same_store_is_moved",
       "a move within one store copies and purges"},
      {SeededBug::kDoubtfulRealmTrusted, "doubtful_realm_trusted",
       "a restored directory is believed where nothing is copied"},
      {SeededBug::kStaleReportCounts, "stale_report_counts",
       "the report of an older lease is taken for that of the present one"},
      {SeededBug::kUndoDoesNotWait, "undo_does_not_wait", "the rollback starts while a copy runs"},
      {SeededBug::kAnswerBeforeWrite, "answer_before_write",
       "callers are answered before the write"},
      {SeededBug::kWriteErrorIgnored, "write_error_ignored", "a failed write is taken for done"},
      {SeededBug::kJobsForgottenAtStart, "jobs_forgotten_at_start",
       "a restart does not look for what is under way"},
      {SeededBug::kRestoredRowsTrusted, "restored_rows_trusted",
       "a restored coordinator believes its backup"},
      {SeededBug::kOptionalGateLeftOpen, "optional_gate_left_open",
       "the gate of what does not block is closed by its own copy only"},
      {SeededBug::kClockTrusted, "clock_trusted",
       "a clock that was set forth is believed where a proof rests on elapsed time"},
      {SeededBug::kSecretNotKept, "secret_not_kept",
       "an installation that is told again keeps its first secret"},
      {SeededBug::kRoundsSecretLost, "rounds_secret_lost",
       "an uninstallation brings back the secret of before a batch that both are in"},
      {SeededBug::kLeaseByWallClock, "lease_by_wall_clock", "leases run out by the wall clock"},
      {SeededBug::kLeaseNeverExpires, "lease_never_expires",
       "the lease of a dead worker never runs out"},
      {SeededBug::kWallClockInJob, "wall_clock_in_job", "a job reads the real clock"},
      {SeededBug::kSourceNotAsked, "source_not_asked",
       "a copy reads a source that the tenant has left by a move of a lost history"},
      {SeededBug::kSealSkipped, "seal_skipped",
       "the copy says that it has sealed the source, and has not"},
      {SeededBug::kGateLeftOpen, "gate_left_open", "the copy does not close the target"},
      {SeededBug::kVerifierBelievesCopier, "verifier_believes_copier",
       "the target is not read again: what was sent is taken for what is there"},
      {SeededBug::kTailNotCompared, "tail_not_compared",
       "records behind the last range of the source are not looked for"},
      {SeededBug::kPurgeCursorFirst, "purge_cursor_first",
       "the purge notes a range as erased before it is"},
      {SeededBug::kPurgeLeavesTail, "purge_leaves_tail",
       "the last range stays, and no re-scan looks for it"},
      {SeededBug::kFenceAtStartOnly, "fence_at_start_only",
       "the store compares the fence when a job begins, not at each write"},
      {SeededBug::kFenceNotStrict, "fence_not_strict",
       "the store lets two executions of one lease raise the fence and write"},
      {SeededBug::kAccessUnordered, "access_unordered",
       "the store takes an old order to seal or open"},
      {SeededBug::kGenerationKept, "generation_kept",
       "a restored coordinator keeps its generation"},
  };
  return *bugs;
}

std::optional<SeededBug> SeededBugFrom(absl::string_view word) {
  for (const SeededBugEntry& entry : SeededBugs())
    if (entry.word == word) return entry.bug;
  return std::nullopt;
}

}  // namespace realm
