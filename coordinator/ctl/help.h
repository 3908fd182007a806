// What realmctl says about itself.

#ifndef REALMSHIFT_COORDINATOR_CTL_HELP_H_
#define REALMSHIFT_COORDINATOR_CTL_HELP_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "coordinator/ctl/command.h"

namespace realm::ctl {

// The flags of `command`, the shared ones included.
std::vector<Flag> FlagsOf(const Command& command);

// All commands, a line each.
std::string Overview(const std::vector<Command>& commands);

// Those that begin with the word `noun`; empty when there are none.
std::string OverviewOf(const std::vector<Command>& commands, absl::string_view noun);

// One command: its example first, then its flags.
std::string HelpOf(const Command& command);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_HELP_H_
