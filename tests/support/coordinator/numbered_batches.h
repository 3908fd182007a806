// A history that can be checked: batch n changes a store from state n-1 to state n, and each state
// can be told from every other and from any mixture.

#ifndef REALMSHIFT_TESTS_SUPPORT_COORDINATOR_NUMBERED_BATCHES_H_
#define REALMSHIFT_TESTS_SUPPORT_COORDINATOR_NUMBERED_BATCHES_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "coordinator/store/store.h"

namespace realm::coordinator {

// Writes a new row, changes one that is always there, and puts or deletes a third.
Batch NumberedBatch(int number);

// Applies batches first to last; the first error.
absl::Status ApplyBatches(Store& store, int first, int last);

// The number of the state that `store` is in. INTERNAL, saying what: it is in none.
absl::StatusOr<int> StateOf(const Store& store);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_TESTS_SUPPORT_COORDINATOR_NUMBERED_BATCHES_H_
