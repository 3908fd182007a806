// realm-sim shrink.

#include <ostream>

#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "tests/sim/built_commit.h"
#include "tests/sim/play.h"
#include "tests/sim/program.h"
#include "tests/sim/scenario_yaml.h"
#include "tests/sim/shrink.h"

namespace realm::sim {
namespace {

bool BreaksAlike(const Verdict& verdict, const Violation& wanted) {
  for (const Violation& violation : verdict.outcome.violations) {
    if (violation.invariant == wanted.invariant && violation.kind == wanted.kind) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<ExitCode> RunShrink(const Invocation& invocation) {
  ASSIGN_OR_RETURN(Plan plan, PlanFrom(*invocation.arguments));
  if (plan.scenario_count() != 1 || plan.seeds().count() != 1) {
    return absl::InvalidArgumentError("shrink takes one file (or --random) and one --seed");
  }
  const uint64_t seed = plan.seeds().first;
  const Scenario scenario = plan.ScenarioOf({0, seed});
  ASSIGN_OR_RETURN(const Verdict first, PlayOne(scenario, seed, *invocation.clock));
  if (first.passed()) {
    *invocation.words << "seed " << seed << " passes: there is nothing to shrink\n";
    return ExitCode::kFailed;
  }
  const Violation wanted = first.outcome.violations.front();
  absl::Status played;
  const Shrunk shrunk = Shrink(scenario, [&](const Scenario& candidate) {
    const absl::StatusOr<Verdict> verdict = PlayOne(candidate, seed, *invocation.clock);
    if (!verdict.ok()) played = verdict.status();
    return verdict.ok() && BreaksAlike(*verdict, wanted);
  });
  RETURN_IF_ERROR(played);
  *invocation.out << "# Seed " << seed << " breaks " << wanted.invariant << ": " << wanted.what
                  << "\n# Found in " << shrunk.tried << " tries, commit " << BuiltCommit() << ".\n"
                  << FormatScenario(shrunk.scenario);
  return ExitCode::kBadVerdict;
}

}  // namespace realm::sim
