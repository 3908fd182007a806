// What an accepted input makes known. Facts are folded into the row before
// anyone asks what they mean.
#ifndef REALMSHIFT_COORDINATOR_CORE_FACTS_H_
#define REALMSHIFT_COORDINATOR_CORE_FACTS_H_

#include "absl/time/time.h"

#include "coordinator/core/input.h"
#include "coordinator/core/migration.h"

namespace realm::coordinator {

// Records `input` in `migration`. Returns whether anything changed: a report of
// an older lease, or traffic that proves nothing, changes nothing.
//
// REQUIRES: the table did not refuse the input. A first or another schedule is
// not recorded here but admitted (admission.h).
bool RecordFacts(const Input& input, absl::Time now, Migration* migration);

// Records what time alone makes known: that enough of it has passed since
// commit, that waiting has become stuck.
bool RecordTime(absl::Time now, Migration* migration);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_FACTS_H_
