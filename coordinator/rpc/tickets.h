// Tickets: what a worker shows to a worker of the source realm.
#ifndef REALMSHIFT_COORDINATOR_RPC_TICKETS_H_
#define REALMSHIFT_COORDINATOR_RPC_TICKETS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"

#include "common/signing.h"
#include "coordinator/engine/frames.h"

namespace realm::coordinator {

// A serialized realm.v1.SignedTicket for each order's copy, good for kTicketLife from `now`. Made
// with one signature for all: signing takes longer than everything else that a job costs.
std::vector<std::string> IssueTickets(const std::vector<const JobOrder*>& orders,
                                      const SigningKey& key, absl::Time now);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_RPC_TICKETS_H_
