#include "coordinator/core/invariants.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/seeded_bug.h"
#include "common/status_macros.h"
#include "coordinator/core/view.h"

namespace realm::coordinator {
namespace {

absl::Status Broken(absl::string_view name, const Migration& m, absl::string_view what) {
  return absl::InternalError(absl::StrCat("invariant ", name, " is broken in ", m.uid, " (",
                                          ToString(m.state), "): ", what));
}

bool IsSwitched(const Migration& m) {
  return m.state == State::kSwitched || m.state == State::kCommitted;
}

bool IsUndoing(const Migration& m) {
  return m.state == State::kRollingBack || m.state == State::kRolledBack;
}

// S2: nothing is deleted before verification under the seal and proof of switch.
absl::Status CheckDeletion(const Migration& m) {
  for (const Job& job : m.jobs) {
    if (job.kind != JobKind::kPurge) continue;
    if (!IsSwitched(m)) return Broken("S2", m, "a purge exists before the switch");
    if (!m.proof) return Broken("S2", m, "a purge exists without proof of switch");
    if (!AllOpened(m)) return Broken("S2", m, "a purge exists before every transfer is verified");
    if (m.counter_proof && job.state == JobState::kLeased && !job.stopping) {
      return Broken("S4", m, "a purge runs on although the tenant came to the source");
    }
  }
  for (const Transfer& t : m.transfers) {
    if (t.purged_epoch != 0 && t.sealed_verified_epoch == 0) {
      return Broken("S2", m, "a transfer is purged that was not verified under the seal");
    }
  }
  if (IsSwitched(m) && !m.proof) return Broken("S4", m, "switched without proof");
  if (IsSwitched(m) && !AllGatesClosed(m)) {
    return Broken("S2", m, "switched with a gate open before its data is there");
  }
  if (IsSwitched(m) && !AllBlockingSealedVerified(m)) {
    return Broken("S4", m, "switched without verification under the seal");
  }
  return absl::OkStatus();
}

// S3: an epoch belongs to one lease only, and leases are of this counter.
absl::Status CheckEpochs(const Migration& m) {
  std::set<uint64_t> seen;
  for (const Job& job : m.jobs) {
    if (job.epoch == 0) continue;
    if (!seen.insert(job.epoch).second) return Broken("S3", m, "two leases share an epoch");
    if (job.epoch > m.last_epoch) return Broken("S12", m, "a lease is ahead of the counter");
  }
  return absl::OkStatus();
}

// S2: nobody writes into the target from the source once its gate is opening.
absl::Status CheckGates(const Migration& m) {
  for (const Job& job : m.jobs) {
    const bool opens = job.kind == JobKind::kOpen && job.realm == m.target && job.attempt > 0;
    if (!opens || !IsSwitched(m)) continue;
    for (const Job& other : m.jobs) {
      const bool copies =
          other.kind == JobKind::kCopy && other.transfer == job.transfer && IsOpen(other);
      if (copies) return Broken("S2", m, "a copy can still run into an opened target");
    }
  }
  return absl::OkStatus();
}

// S6: undoing waits for doing, and never happens after the switch.
absl::Status CheckUndo(const Migration& m) {
  const bool undo_leased = std::any_of(m.jobs.begin(), m.jobs.end(), [](const Job& j) {
    return j.kind == JobKind::kRollback && j.state == JobState::kLeased;
  });
  if (undo_leased && !CopiesSettled(m)) return Broken("S6", m, "undo runs while a copy does");
  for (const Job& job : m.jobs) {
    if (job.kind == JobKind::kRollback && !IsUndoing(m)) {
      return Broken("S5", m, "a rollback job exists in a state that is not undone");
    }
  }
  for (const Transfer& t : m.transfers) {
    if (IsUndoing(m) && t.purged_epoch != 0) return Broken("S5", m, "undone after a purge");
  }
  if (m.state == State::kRolledBack && !(AllErased(m) && AllUnsealed(m))) {
    return Broken("S6", m, "rolled back with something left to undo");
  }
  return absl::OkStatus();
}

absl::Status CheckJobs(const Migration& m) {
  int last = 0;
  for (const Job& job : m.jobs) {
    if (job.number <= last) return Broken("S10", m, "job numbers do not grow");
    last = job.number;
    if (m.no_op) return Broken("S7", m, "a no-op has a job");
    const bool in_source =
        job.kind == JobKind::kPurge || (job.kind == JobKind::kOpen && IsUndoing(m));
    if (job.realm != (in_source ? m.source : m.target)) {
      return Broken("S14", m, "a job is in another realm than the one whose data it changes");
    }
    if (IsOpen(job) && IsTerminal(m.state))
      return Broken("S10", m, "a job is open in an ended migration");
    if (FindTransfer(m, job.transfer) == nullptr) return Broken("S10", m, "a job has no transfer");
  }
  return absl::OkStatus();
}

// S7 and S11: the entry is the one that the open migration implies.
absl::Status CheckEntry(const Migration& m, const Tenant& t) {
  const bool open = !IsTerminal(m.state);
  if (open && t.active != m.key.migration) return Broken("S11", m, "open, but not the active one");
  if (!open && t.active == m.key.migration) return Broken("S11", m, "ended, but still active");
  if (!open) return absl::OkStatus();
  const RealmId& expected = IsSwitched(m) ? m.target : m.source;
  if (t.realm != expected) return Broken("S7", m, "the directory names another realm");
  if (m.state == State::kCommitting && t.writable && !m.no_op) {
    return Broken("S7", m, "the directory calls a sealed source writable");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status FindBrokenInvariant(const Migration& m, const Tenant* tenant) {
  if (AnySeeded()) return absl::OkStatus();  // The auditor has to find it.
  RETURN_IF_ERROR(CheckDeletion(m));
  RETURN_IF_ERROR(CheckEpochs(m));
  RETURN_IF_ERROR(CheckGates(m));
  RETURN_IF_ERROR(CheckUndo(m));
  RETURN_IF_ERROR(CheckJobs(m));
  if (tenant != nullptr) RETURN_IF_ERROR(CheckEntry(m, *tenant));
  return absl::OkStatus();
}

void CheckInvariants(const Migration& migration, const Tenant* tenant) {
  const absl::Status broken = FindBrokenInvariant(migration, tenant);
  REALM_INVARIANT(broken.ok(), broken.message());
}

}  // namespace realm::coordinator
