// realmctl as a whole: from the command line to the exit status.

#ifndef REALMSHIFT_COORDINATOR_CTL_PROGRAM_H_
#define REALMSHIFT_COORDINATOR_CTL_PROGRAM_H_

#include <string>
#include <vector>

#include "common/clock.h"
#include "coordinator/ctl/command.h"

namespace realm::ctl {

// Every command there is, in the order of the help.
const std::vector<Command>& AllCommands();

// Runs the command that `words` (without the program's own name) name, and says what went wrong if
// something did. `console` is for errors before --color is known.
ExitCode RunCommandLine(const std::vector<std::string>& words, const std::string& program_folder,
                        const Clock& clock, Console& console);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_PROGRAM_H_
