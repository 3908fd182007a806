// What the programs that run until they are told to stop have in common: the command line, its
// help, and how they end.

#ifndef REALMSHIFT_COMMON_PROGRAM_DAEMON_H_
#define REALMSHIFT_COMMON_PROGRAM_DAEMON_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "common/program/arguments.h"
#include "common/program/exit_code.h"
#include "common/program/stop_signals.h"

namespace realm {

struct Daemon {
  // "realm-worker".
  absl::string_view name;
  // One line, without a full stop.
  absl::string_view summary;
  // How it is called, one way a line.
  std::vector<absl::string_view> usage;
  // Besides --help and --version.
  std::vector<Flag> flags;
  // Words that are no flags; more are refused.
  size_t words_max = 0;
  // Returns when it has stopped. An error ends the program with EndOf and its message on stderr.
  absl::Status (*run)(const Arguments& arguments, StopSignals& signals) = nullptr;
};

// Runs `daemon` under its command line; what main returns.
int RunDaemon(const Daemon& daemon, int argc, const char* const* argv);

// How a daemon ends that met `status`, which may be OK. Other than for a command, what is not found
// or not as it must be is a file or a setting: wrong usage.
ExitCode EndOf(const absl::Status& status);

// The value of --config. InvalidArgument: it is missing.
absl::StatusOr<std::string> ConfigOf(const Arguments& arguments);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_PROGRAM_DAEMON_H_
