// Whether a store may be opened: pure, from what the database and the mark beside it say.

#ifndef REALMSHIFT_COORDINATOR_STORE_OPENING_H_
#define REALMSHIFT_COORDINATOR_STORE_OPENING_H_

#include <string>

#include "absl/status/statusor.h"

#include "coordinator/store/head.h"

namespace realm::coordinator {

// What was found on the disk. In both, NOT_FOUND: there is none. DATA_LOSS: it is damaged. In
// `database` also FAILED_PRECONDITION: it is not for this build. Other errors: it could not be
// looked at.
struct Found {
  absl::StatusOr<StoreHead> mark;
  absl::StatusOr<StoreHead> database;
};

struct Opening {
  // There is nothing yet, or a creation that was interrupted: nothing was ever acknowledged.
  bool create = false;
  // Where the store stands; the incarnation is that of the last one that had it open.
  StoreHead head;
  // Why it would have been refused, had the loss not been accepted; empty: it would not.
  std::string accepted;
};

// Decides how to open what was found.
//
// DATA_LOSS: acknowledged changes are missing or may be; the message says what is wrong and what
// an operator can do. FAILED_PRECONDITION and other errors: as found.
//
// `accept_data_loss` opens what is left. The generation is raised then, whether something is wrong
// or not: an operator says so after restoring a whole folder from a backup too.
absl::StatusOr<Opening> PlanOpening(const Found& found, bool accept_data_loss);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_OPENING_H_
