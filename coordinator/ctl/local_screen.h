// What dev and demo say about the system they started.

#ifndef REALMSHIFT_COORDINATOR_CTL_LOCAL_SCREEN_H_
#define REALMSHIFT_COORDINATOR_CTL_LOCAL_SCREEN_H_

#include <string>

#include "absl/strings/string_view.h"

#include "coordinator/ctl/local_system.h"

namespace realm::ctl {

// A line an address, each with two spaces before it. `where` says where the data is; may be empty.
std::string AddressesText(const LocalSystem& system, absl::string_view where);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_LOCAL_SCREEN_H_
