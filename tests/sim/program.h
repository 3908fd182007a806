// realm-sim's commands.

#ifndef REALMSHIFT_TESTS_SIM_PROGRAM_H_
#define REALMSHIFT_TESTS_SIM_PROGRAM_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/clock.h"
#include "common/program/arguments.h"
#include "common/program/exit_code.h"
#include "tests/sim/backend.h"
#include "tests/sim/cases.h"
#include "tests/sim/results.h"

namespace realm::sim {

// What a command works with.
struct Invocation {
  const Arguments* arguments = nullptr;
  const Clock* clock = nullptr;
  std::ostream* out = nullptr;       // What was asked for.
  std::ostream* words = nullptr;     // Progress and complaints.
  const Backend* process = nullptr;  // That of `--backend process`, if the program has it.
};

// The whole program: `words` are its arguments without its name. Uses the environment of GitHub
// Actions and of GoogleTest's sharding.
ExitCode RunProgram(const std::vector<std::string>& words, const Clock& clock, std::ostream& out,
                    std::ostream& complaints, const Backend* process = nullptr);

// The commands. InvalidArgument and NotFound end with kUsage, other errors with kFailed.
absl::StatusOr<ExitCode> RunRun(const Invocation& invocation);
absl::StatusOr<ExitCode> RunCheck(const Invocation& invocation);
absl::StatusOr<ExitCode> RunReplay(const Invocation& invocation);
absl::StatusOr<ExitCode> RunShrink(const Invocation& invocation);
absl::StatusOr<ExitCode> RunGen(const Invocation& invocation);
absl::StatusOr<ExitCode> RunMustFail(const Invocation& invocation);

// The scenarios, seeds and shard that the arguments name.
absl::StatusOr<Plan> PlanFrom(const Arguments& arguments);
RunHead HeadFrom(const Arguments& arguments, const Plan& plan);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_PROGRAM_H_
