// Tickets: what a worker shows to a worker of the source realm.
#ifndef REALMSHIFT_COORDINATOR_RPC_TICKETS_H_
#define REALMSHIFT_COORDINATOR_RPC_TICKETS_H_

#include <string>

#include "absl/time/time.h"

#include "common/signing.h"
#include "coordinator/engine/frames.h"

namespace realm::coordinator {

// A serialized realm.v1.SignedTicket for the order's copy, good for kTicketLife from `now`.
std::string IssueTicket(const JobOrder& order, const SigningKey& key, absl::Time now);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_RPC_TICKETS_H_
