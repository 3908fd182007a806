#include "coordinator/ctl/local_commands.h"

namespace realm::ctl {

std::vector<Command> DemoCommands() {
  return {};
}

}  // namespace realm::ctl
