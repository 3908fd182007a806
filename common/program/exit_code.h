// What realmctl's exit status says. The same in all programs of the project.

#ifndef REALMSHIFT_COMMON_PROGRAM_EXIT_CODE_H_
#define REALMSHIFT_COMMON_PROGRAM_EXIT_CODE_H_

#include "absl/status/status.h"

namespace realm {

// Scripts rely on the numbers: do not change or reuse them.
enum class ExitCode {
  kDone = 0,
  // The server said no, or something broke.
  kFailed = 1,
  // The command line or a file is wrong, or a question could not be asked without a terminal.
  kUsage = 2,
  // What was asked has a bad answer: a migration that ended otherwise, an unhealthy system.
  kBadVerdict = 3,
  // The server cannot be reached; trying again may help.
  kUnreachable = 4,
  kNotPermitted = 5,
  kNotFound = 6,
  // --timeout or --wait ran out, as timeout(1) says it.
  kTimedOut = 124,
  kInterrupted = 130,
};

// How a command ends that met `status`. REQUIRES: it is not OK.
ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_PROGRAM_EXIT_CODE_H_
