// One line of the table of subcommands, and what a command is given to run.

#ifndef REALMSHIFT_COORDINATOR_CTL_COMMAND_H_
#define REALMSHIFT_COORDINATOR_CTL_COMMAND_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/clock.h"
#include "common/program/arguments.h"
#include "common/program/exit_code.h"
#include "coordinator/ctl/connection.h"
#include "coordinator/ctl/console.h"
#include "coordinator/ctl/format.h"

namespace realm::ctl {

enum class Output { kTable, kJson, kJsonLines };

// A command that runs.
struct Invocation {
  Arguments arguments;
  Output output = Output::kTable;
  Console& console;
  const Clock& clock;
  // The folder of this program and of the others that it starts.
  std::string program_folder;

  const std::vector<std::string>& positional() const { return arguments.positional(); }
  TimeStyle times() const { return {clock.Now(), console.traits().out_is_terminal}; }

  // To the coordinator that flags, environment or a running dev system name. The errors of
  // ResolveEndpoint and Connection::Open.
  absl::StatusOr<std::unique_ptr<Connection>> Connect() const;

  // Prints `message` when the output is JSON in one piece or in lines.
  absl::Status PrintJson(const google::protobuf::Message& message) const;
};

struct Command {
  // "migration list"; or one word.
  absl::string_view name;
  // What follows the name: "ID", "[REALM]".
  absl::string_view arguments;
  size_t arguments_min = 0;
  size_t arguments_max = 0;
  // One line, without a full stop.
  absl::string_view summary;
  // What is worth knowing besides; may be empty.
  absl::string_view text;
  // A line that works against `realmctl dev`.
  absl::string_view example;
  std::vector<Flag> flags;
  // Whether it talks to a server, and so has the flags of an endpoint.
  bool remote = true;
  // Whether it has -o.
  bool has_output = true;

  using Run = absl::StatusOr<ExitCode> (*)(const Invocation& invocation);
  Run run = nullptr;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_COMMAND_H_
