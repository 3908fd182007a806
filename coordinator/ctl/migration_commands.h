// realmctl migration ...

#ifndef REALMSHIFT_COORDINATOR_CTL_MIGRATION_COMMANDS_H_
#define REALMSHIFT_COORDINATOR_CTL_MIGRATION_COMMANDS_H_

#include <vector>

#include "coordinator/ctl/command.h"

namespace realm::ctl {

std::vector<Command> MigrationCommands();

// Those that change something or go on: in files of their own.
absl::StatusOr<ExitCode> WatchMigration(const Invocation& invocation);
absl::StatusOr<ExitCode> ConfirmSwitch(const Invocation& invocation);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_MIGRATION_COMMANDS_H_
