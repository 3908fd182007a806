// realmctl dev and realmctl demo.

#ifndef REALMSHIFT_COORDINATOR_CTL_LOCAL_COMMANDS_H_
#define REALMSHIFT_COORDINATOR_CTL_LOCAL_COMMANDS_H_

#include <vector>

#include "coordinator/ctl/command.h"

namespace realm::ctl {

std::vector<Command> DevCommands();
std::vector<Command> DemoCommands();

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_LOCAL_COMMANDS_H_
