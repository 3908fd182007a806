// Playing many cases: everything between a plan and its results.

#ifndef REALMSHIFT_TESTS_SIM_PLAY_H_
#define REALMSHIFT_TESTS_SIM_PLAY_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "tests/sim/cases.h"
#include "tests/sim/child_runs.h"
#include "tests/sim/results.h"

namespace realm::sim {

struct PlayOptions {
  int jobs = 1;
  // Goes on with further seeds, all scenarios for each, until so much time has passed. Zero: plays
  // the plan's seeds once.
  absl::Duration time;
  bool keep_events = false;
  // Every case is run twice in its process; other hashes are a violation of "determinism".
  bool twice = false;
  // Plays a case otherwise than in the simulated world. `twice` has no meaning then.
  CasePlayer player;
  absl::Duration case_limit = ChildOptions().case_limit;
};

// `played` is called after each run has been added to `results`.
absl::Status Play(const PlayOptions& options, const Clock& clock, Plan& plan, Results& results,
                  const std::function<void(const Plan::Case&, const Verdict&)>& played);

// Plays what `next` names of `plan`; `played` says whether to go on.
absl::Status PlayCases(const PlayOptions& options, const Clock& clock, const Plan& plan,
                       const std::function<std::optional<Plan::Case>()>& next,
                       const std::function<bool(const Plan::Case&, const Verdict&)>& played);

// One scenario that no plan has, in a child of its own. Errors: no child could be made.
absl::StatusOr<Verdict> PlayOne(const Scenario& scenario, uint64_t seed, const Clock& clock);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_PLAY_H_
