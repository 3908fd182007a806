#include "coordinator/core/view.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"

#include "common/digest.h"
#include "common/limits.h"
#include "common/seeded_bug.h"

namespace realm::coordinator {
namespace {

template <typename Predicate>
bool EveryTransfer(const Migration& m, Predicate holds) {
  return std::all_of(m.transfers.begin(), m.transfers.end(), holds);
}

template <typename Predicate>
bool AnyJob(const Migration& m, Predicate holds) {
  return std::any_of(m.jobs.begin(), m.jobs.end(), holds);
}

bool AllBlockingVerified(const Migration& m) {
  return m.no_op ||
         EveryTransfer(m, [](const Transfer& t) { return !t.blocking || t.verified_epoch != 0; });
}

// Without a grace no clock is asked: the switch may have been written down by one that was ahead.
bool IsInGrace(const Migration& m, absl::Time now) {
  return m.terms.purge_grace > absl::ZeroDuration() && now < PurgeNotBefore(m);
}

std::optional<Wait> WhyPurgeWaits(const Migration& m, absl::Time now) {
  if (Seeded(SeededBug::kPurgeAtCommit)) return std::nullopt;
  if (!AllOpened(m) && !Seeded(SeededBug::kOptionalPurgedUnverified)) {
    return Wait{"OTHER_TRANSFER", "every transfer must be verified and open at the target first",
                m.entered};
  }
  if (m.counter_proof) {
    return Wait{"COUNTER_PROOF",
                "the tenant was seen at the source after the switch; an operator must confirm",
                m.source_seen};
  }
  if (IsInGrace(m, now)) {
    return Wait{"GRACE",
                absl::StrCat("the sealed source is kept until ",
                             absl::FormatTime(PurgeNotBefore(m), absl::UTCTimeZone())),
                m.switched};
  }
  return std::nullopt;
}

std::optional<Wait> WhyCopyWaits(const Migration& m, const Job& job) {
  const bool other_runs = AnyJob(m, [&](const Job& j) {
    return j.number != job.number && j.kind == JobKind::kCopy && j.transfer == job.transfer &&
           j.state == JobState::kLeased;
  });
  if (!other_runs) return std::nullopt;
  return Wait{"RUNNING_COPY", "an earlier copy of this transfer is still running", job.created};
}

std::optional<Wait> WhyUndoWaits(const Migration& m, const Job& job) {
  if (!CopiesSettled(m) && !Seeded(SeededBug::kUndoDoesNotWait)) {
    return Wait{"RUNNING_COPY", "a copy has not stopped yet, nor has its lease run out",
                job.created};
  }
  // Unsealing comes last, when the target is proven empty.
  if (job.kind == JobKind::kOpen && !AllErased(m)) {
    return Wait{"OTHER_TRANSFER", "the target must be empty first", job.created};
  }
  return std::nullopt;
}

// When the pause after a failed attempt is over. None is longer than the cap: what would be was
// begun by a clock that has been set back since, and nobody knows how much of it is left.
absl::Time PauseEndsAt(const Job& job, absl::Time now) {
  return job.not_before - now > kRetryCap ? now : job.not_before;
}

// As far as time is concerned.
absl::Time MayStartAt(const Migration& m, const Job& job, absl::Time now) {
  const absl::Time pause = PauseEndsAt(job, now);
  const bool in_grace = job.kind == JobKind::kPurge && IsInGrace(m, now);
  return in_grace ? std::max(pause, PurgeNotBefore(m)) : pause;
}

std::string FromWhen(const Migration& m) {
  const absl::Time from = TrafficProvesFrom(m);
  if (from == absl::InfinitePast()) return "";
  return absl::StrCat(" from ", absl::FormatTime(from, absl::UTCTimeZone()), " on");
}

}  // namespace

absl::string_view StatusWord(const Migration& m) {
  switch (m.state) {
    case State::kNone:
      return "unknown";
    case State::kScheduled:
      return "scheduled";
    case State::kCopying:
      // "verifying" is for who hears the workers' phases; a row knows finished copies only.
      return "copying";
    case State::kReadyToCommit:
      // A restored one is verified again before it is said to be ready again.
      return IsReadyToCommit(m) ? "ready-to-commit" : "copying";
    case State::kCommitting:
    case State::kSwitched:
      return "committing";
    case State::kCommitted:
      return "committed";
    case State::kFailed:
      return "failed";
    case State::kRollingBack:
      return "rolling-back";
    case State::kRolledBack:
      return "rolled-back";
    case State::kCancelled:
      return "cancelled";
  }
  std::abort();  // Not reached: the switch is exhaustive.
}

bool IsReadyToCommit(const Migration& m) {
  return AllBlockingVerified(m) && AllGatesClosed(m);
}

// A copy closes the gate itself, and is not verified without.
bool AllGatesClosed(const Migration& m) {
  if (Seeded(SeededBug::kOptionalGateLeftOpen)) return true;
  return m.no_op ||
         EveryTransfer(m, [](const Transfer& t) { return t.blocking || t.closed_epoch != 0; });
}

bool AllBlockingSealedVerified(const Migration& m) {
  if (Seeded(SeededBug::kUnsealedPassCounts)) return AllBlockingVerified(m);
  return m.no_op || EveryTransfer(m, [](const Transfer& t) {
           return !t.blocking || t.sealed_verified_epoch != 0;
         });
}

bool AllBlockingOpened(const Migration& m) {
  return m.no_op ||
         EveryTransfer(m, [](const Transfer& t) { return !t.blocking || t.opened_epoch != 0; });
}

bool AllOpened(const Migration& m) {
  return m.no_op || EveryTransfer(m, [](const Transfer& t) { return t.opened_epoch != 0; });
}

bool AllPurged(const Migration& m) {
  return m.no_op || EveryTransfer(m, [](const Transfer& t) { return t.purged_epoch != 0; });
}

bool MayHoldCopy(const Migration& m, const TransferName& transfer) {
  return m.outdated || AnyJob(m, [&](const Job& j) {
           return j.kind == JobKind::kCopy && j.transfer == transfer && j.attempt > 0;
         });
}

bool SealWasOrdered(const Migration& m) {
  return AnyJob(m, [](const Job& j) { return j.seals && j.attempt > 0; });
}

bool SealMayExist(const Migration& m) {
  return m.outdated || SealWasOrdered(m);
}

bool AllErased(const Migration& m) {
  if (Seeded(SeededBug::kUndoWithoutErasing)) return true;
  return EveryTransfer(
      m, [&](const Transfer& t) { return t.erased_epoch != 0 || !MayHoldCopy(m, t.name); });
}

bool AllUnsealed(const Migration& m) {
  if (Seeded(SeededBug::kUndoLeavesSeal)) return true;
  return !SealMayExist(m) ||
         EveryTransfer(m, [](const Transfer& t) { return t.unsealed_epoch != 0; });
}

bool CopiesSettled(const Migration& m) {
  return !AnyJob(m, [](const Job& j) { return PreparesTarget(j.kind) && IsOpen(j); });
}

absl::Time CopyDeadline(const Migration& m) {
  const absl::Duration length = std::min(m.window.end - m.window.start, m.terms.max_duration);
  // A margin that eats a short window would leave no time to copy in.
  return m.window.start + length - std::min(m.terms.margin, length / 10);
}

absl::Time UndoDueAt(const Migration& m) {
  // The platform may have committed in the history that was lost: it has to say that it did not.
  if (m.outdated) return absl::InfiniteFuture();
  return std::max(m.window.end, m.entered) + m.terms.retry_horizon;
}

absl::Time PurgeNotBefore(const Migration& m) {
  return m.switched + m.terms.purge_grace;
}

absl::Time TrafficProvesFrom(const Migration& m) {
  if (m.terms.switch_order == SwitchOrder::kAfterCommit) return absl::InfinitePast();
  if (Seeded(SeededBug::kFirstTrafficIsProof)) return absl::InfinitePast();
  // A noted request stands for those that came shortly after.
  return std::max(m.commit_answered, m.source_seen + kTrafficResolution) + m.terms.retry_horizon;
}

bool RestsOnClock(const Migration& m, absl::Time now) {
  if (!IsTerminal(m.state) && m.entered > now) return true;
  if (m.state == State::kSwitched) return m.switched > now;
  if (m.state != State::kCommitting || m.proof) return false;
  return m.terms.switch_order == SwitchOrder::kBeforeCommit || m.terms.accept_elapsed ||
         m.commit_answered > now;
}

absl::Time ElapsedProofAt(const Migration& m) {
  if (m.state != State::kCommitting || m.proof || !m.terms.accept_elapsed) {
    return absl::InfiniteFuture();
  }
  return std::max(m.commit_answered, m.source_seen + kTrafficResolution) + *m.terms.accept_elapsed;
}

absl::Time StuckAt(const Migration& m) {
  switch (m.state) {
    case State::kReadyToCommit:
      return std::max(m.entered, m.window.end) + m.terms.stuck_after;
    case State::kCommitting:
    case State::kRollingBack:
      return m.entered + m.terms.stuck_after;
    case State::kSwitched:
      if (m.counter_proof) return absl::InfinitePast();
      // Until the gates are open nobody can write for the tenant anywhere.
      if (!AllBlockingOpened(m)) return m.switched + m.terms.stuck_after;
      return PurgeNotBefore(m) + m.terms.max_duration + m.terms.stuck_after;
    case State::kFailed:
      if (m.outdated) return std::max(m.window.end, m.entered) + m.terms.stuck_after;
      return absl::InfiniteFuture();
    case State::kNone:
    case State::kScheduled:
    case State::kCopying:
    case State::kCommitted:
    case State::kRolledBack:
    case State::kCancelled:
      return absl::InfiniteFuture();
  }
  std::abort();  // Not reached: the switch is exhaustive.
}

absl::Time NextWake(const Migration& m, absl::Time now) {
  absl::Time next = absl::InfiniteFuture();
  const auto consider = [&](absl::Time at) { next = std::min(next, at); };
  if (m.state == State::kScheduled) consider(m.window.end);
  if (m.state == State::kCopying) consider(CopyDeadline(m));
  if (m.state == State::kFailed) consider(UndoDueAt(m));
  consider(ElapsedProofAt(m));
  if (!m.stuck) consider(StuckAt(m));
  for (const Job& job : m.jobs) {
    const absl::Time at = MayStartAt(m, job, now);
    // Waking a job that waits for something else as well would be for nothing.
    if (job.state == JobState::kWaiting && at > now && !WhyJobWaits(m, job, at)) consider(at);
  }
  return next;
}

std::optional<Wait> WhyJobWaits(const Migration& m, const Job& job, absl::Time now) {
  std::optional<Wait> wait;
  switch (job.kind) {
    case JobKind::kCopy:
      wait = WhyCopyWaits(m, job);
      break;
    case JobKind::kRollback:
      wait = WhyUndoWaits(m, job);
      break;
    case JobKind::kOpen:
      if (m.state == State::kRollingBack) wait = WhyUndoWaits(m, job);
      break;
    case JobKind::kPurge:
      wait = WhyPurgeWaits(m, now);
      break;
    case JobKind::kClose:
      break;
  }
  if (wait) return wait;
  if (now < PauseEndsAt(job, now)) {
    return Wait{"BACKOFF",
                absl::StrCat("attempt ", job.attempt, " ended: ",
                             job.last_error.empty() ? "no reason given" : job.last_error),
                job.leased_at};
  }
  return std::nullopt;
}

std::optional<Wait> WhyMigrationWaits(const Migration& m) {
  switch (m.state) {
    case State::kScheduled:
      return Wait{"WINDOW", "waits for the platform's start", m.entered};
    case State::kReadyToCommit:
      return Wait{"PLATFORM", "waits for the platform's commit or rollback", m.entered};
    case State::kCommitting:
      if (m.proof || !AllBlockingSealedVerified(m)) return std::nullopt;
      return Wait{
          "PROOF_OF_SWITCH",
          absl::StrCat(
              "waits for a tenant request at ", m.target.value(), FromWhen(m),
              m.source_seen > m.commit_answered ? "; the tenant was last seen at the source" : "",
              "; an operator may confirm the switch or roll back"),
          m.entered};
    case State::kSwitched:
      if (!m.counter_proof) return std::nullopt;
      return Wait{"COUNTER_PROOF",
                  "the tenant was seen at the source after the switch; purging is held until an "
                  "operator confirms the switch",
                  m.source_seen};
    case State::kFailed:
      return Wait{"PLATFORM",
                  m.outdated
                      ? "waits for the platform's rollback: it may have committed what was "
                        "lost with the coordinator's store"
                      : "waits for the platform's rollback; undone by itself after the window",
                  m.entered};
    case State::kNone:
    case State::kCopying:
    case State::kCommitted:
    case State::kRollingBack:
    case State::kRolledBack:
    case State::kCancelled:
      return std::nullopt;
  }
  std::abort();  // Not reached: the switch is exhaustive.
}

std::string PlanDigest(const Migration& m) {
  const bool waits = m.state == State::kCommitting || m.counter_proof;
  if (!waits || !AllBlockingSealedVerified(m)) return "";
  std::string plan = absl::StrCat("delete ", m.uid, " from ", m.source.value(), " kept by ",
                                  m.target.value(), "\n");
  for (const Transfer& t : m.transfers) {
    for (const TableManifest& table : t.manifest) {
      absl::StrAppend(&plan, table.dataset.value(), "/", table.table, " ", table.records, " ",
                      ToHex(table.root), "\n");
    }
  }
  return ToHex(Sha256(plan)).substr(0, 16);
}

}  // namespace realm::coordinator
