// Ports of this machine that nobody listens on.

#ifndef REALMSHIFT_COORDINATOR_CTL_FREE_PORTS_H_
#define REALMSHIFT_COORDINATOR_CTL_FREE_PORTS_H_

#include <vector>

#include "absl/status/statusor.h"

namespace realm::ctl {

// Whether somebody could listen on 127.0.0.1:`port` now.
bool IsFree(int port);

// Whether somebody accepts connections at 127.0.0.1:`port` now. Does not stand in the way of who is
// about to, as IsFree may.
bool IsListening(int port);

// `count` different free ports of 127.0.0.1, from below those that the system hands out to outgoing
// connections: a program that is started again finds its port free. Another program may still take
// one first. ResourceExhausted: there are not that many.
absl::StatusOr<std::vector<int>> FindFreePorts(int count);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_FREE_PORTS_H_
