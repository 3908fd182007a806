// Runs cases in child processes, so that an assertion of the product that fails is a finding with
// its seed, and a run that never ends is one too.

#ifndef REALMSHIFT_TESTS_SIM_CHILD_RUNS_H_
#define REALMSHIFT_TESTS_SIM_CHILD_RUNS_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "tests/sim/cases.h"
#include "tests/sim/verdict.h"

namespace realm::sim {

// One run, from its scenario to its verdict, in this process. `keep_events` keeps Outcome::events.
// The verdict has no `took`.
Verdict RunCase(const Scenario& scenario, uint64_t seed, bool keep_events);

struct ChildOptions {
  int jobs = 1;  // Children at once.
  bool keep_events = false;
  // A case that takes longer is killed and fails.
  absl::Duration case_limit = absl::Minutes(5);
};

using CasePlayer = std::function<Verdict(const Plan::Case& run, bool keep_events)>;

// Plays what `next` names, each in some child, until it names no more. `done` is called in this
// process for every one, in the order in which they end; when it says false nothing new is begun.
//
// Errors: no process or pipe could be made.
absl::Status RunInChildren(const ChildOptions& options, const Clock& clock,
                           const std::function<std::optional<Plan::Case>()>& next,
                           const CasePlayer& play,
                           const std::function<bool(const Plan::Case&, Verdict)>& done);

// What this process and its children that have ended have used of processors, so far.
absl::Duration ProcessorTime();

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_CHILD_RUNS_H_
