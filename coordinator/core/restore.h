// What a row is worth after the store was restored from a backup.
#ifndef REALMSHIFT_COORDINATOR_CORE_RESTORE_H_
#define REALMSHIFT_COORDINATOR_CORE_RESTORE_H_

#include <cstdint>

#include "coordinator/core/migration.h"

namespace realm::coordinator {

// Takes back what the row says of the stores and may since have ceased to be true, so that it is
// done and proven anew; the stores' own fences and registers decide what still may be done.
//
//  * Whatever could have run is taken for run: an undo erases and unseals although no lease is
//  known.
//  * Verifications before the switch count no more: the target may have been erased since. The
//    copies are due again, and find what is equal without writing it.
//  * What is true for good once it is true stays: the switch and its proof, gates opened after it,
//    sources purged, targets erased by an undo.
//  * No lease stands. Its worker is fenced by the new generation as soon as the job is leased
//  again.
//
// REQUIRES: the migration has not ended. Returns false when there is nothing to take back: the row
// is of `generation` already, or a no-op.
bool TakeForOutdated(uint64_t generation, Migration* migration);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_RESTORE_H_
