// What follows from a migration's facts: questions, never fields.
#ifndef REALMSHIFT_COORDINATOR_CORE_VIEW_H_
#define REALMSHIFT_COORDINATOR_CORE_VIEW_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "coordinator/core/migration.h"

namespace realm::coordinator {

// The source's traffic is written down this often at most, not per request.
constexpr absl::Duration kTrafficResolution = absl::Seconds(30);

// The word the platform polls.
absl::string_view StatusWord(const Migration& migration);

// What ready-to-commit waits for: what blocks was found equal in both realms, and the tenant, who
// may be sent to the target from then on, can write nothing there yet.
bool IsReadyToCommit(const Migration& migration);
bool AllGatesClosed(const Migration& migration);
// What the switch waits for, besides its proof.
bool AllBlockingSealedVerified(const Migration& migration);
// What the gate's opening and the purge wait for.
bool AllBlockingOpened(const Migration& migration);
bool AllOpened(const Migration& migration);
bool AllPurged(const Migration& migration);

// Whether some attempt of a copy of `transfer` may have written to the target.
bool MayHoldCopy(const Migration& migration, const TransferName& transfer);
// Whether some attempt was to seal the source.
bool SealWasOrdered(const Migration& migration);
// Whether one may have: an attempt that the row knows, or one of a history that was lost.
bool SealMayExist(const Migration& migration);
bool AllErased(const Migration& migration);
bool AllUnsealed(const Migration& migration);

// Whether no copy, and nothing that closes a gate, runs any more, nor can: reported, or its lease
// is over.
bool CopiesSettled(const Migration& migration);

// When a copy must have ended: a margin before the window's end, or before the
// longest duration after the start, whichever is earlier.
absl::Time CopyDeadline(const Migration& migration);
// When a failed migration is undone without the platform's rollback.
absl::Time UndoDueAt(const Migration& migration);
// From when on a tenant request at the target proves the switch; InfinitePast when
// the first one does. When the platform switches first and commits second it may
// go back until it has seen our answer; it is past that once the tenant still comes
// to the target a retry horizon after our last one, and not to the source.
absl::Time TrafficProvesFrom(const Migration& migration);
// Whether something waits by what the wall clock says of the commit, the switch or the present
// state: for time to have passed since, as part of a proof; or because it seems still to come.
bool RestsOnClock(const Migration& migration, absl::Time now);
// When an app that accepts elapsed time instead of proof has waited long enough
// without the tenant at the source; InfiniteFuture for other apps and states.
absl::Time ElapsedProofAt(const Migration& migration);
// When waiting in the present state becomes `stuck`; InfiniteFuture if never.
absl::Time StuckAt(const Migration& migration);
// Purging starts no earlier.
absl::Time PurgeNotBefore(const Migration& migration);

// The next time at which time alone changes something, or lets a job start:
// whoever ticks then must also look for ready jobs again, even when the tick
// changed nothing. InfiniteFuture when there is no such time.
absl::Time NextWake(const Migration& migration, absl::Time now);

// Why something waits.
struct Wait {
  std::string reason;  // A listed word of realm.v1.Blocker.
  std::string detail;
  absl::Time since;
};

// Why a waiting job may not be leased now; none if it may.
std::optional<Wait> WhyJobWaits(const Migration& migration, const Job& job, absl::Time now);

// Why the migration as a whole waits for somebody outside; none if it does not.
std::optional<Wait> WhyMigrationWaits(const Migration& migration);

// What an operator's confirmation must echo: covers what would be deleted.
// 16 hexadecimal digits; empty when no confirmation is being waited for.
std::string PlanDigest(const Migration& migration);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_VIEW_H_
