#include "tests/sim/play.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "tests/sim/child_runs.h"

namespace realm::sim {
namespace {

Verdict PlayTwice(const Scenario& scenario, uint64_t seed, bool keep_events) {
  Verdict first = RunCase(scenario, seed, keep_events);
  const Verdict second = RunCase(scenario, seed, false);
  if (first.outcome.event_log_sha256 != second.outcome.event_log_sha256) {
    first.outcome.violations.push_back(
        {"determinism",
         absl::StrCat("the same seed gave ", first.outcome.event_log_sha256.substr(0, 12),
                      " and then ", second.outcome.event_log_sha256.substr(0, 12)),
         first.outcome.simulated, static_cast<uint64_t>(first.outcome.steps), "invariant"});
  }
  return first;
}

}  // namespace

absl::Status PlayCases(const PlayOptions& options, const Clock& clock, const Plan& plan,
                       const std::function<std::optional<Plan::Case>()>& next,
                       const std::function<bool(const Plan::Case&, const Verdict&)>& played) {
  ChildOptions children;
  children.jobs = options.jobs;
  children.keep_events = options.keep_events;
  children.case_limit = options.case_limit;
  if (options.player) return RunInChildren(children, clock, next, options.player, played);
  return RunInChildren(
      children, clock, next,
      [&](const Plan::Case& run, bool keep_events) {
        const Scenario scenario = plan.ScenarioOf(run);
        return options.twice ? PlayTwice(scenario, run.seed, keep_events)
                             : RunCase(scenario, run.seed, keep_events);
      },
      played);
}

absl::Status Play(const PlayOptions& options, const Clock& clock, Plan& plan, Results& results,
                  const std::function<void(const Plan::Case&, const Verdict&)>& played) {
  const absl::Duration begun = clock.Monotonic();
  const bool by_time = options.time > absl::ZeroDuration();
  return PlayCases(
      options, clock, plan,
      [&]() -> std::optional<Plan::Case> {
        if (by_time && clock.Monotonic() - begun >= options.time) return std::nullopt;
        return plan.Next(by_time);
      },
      [&](const Plan::Case& run, const Verdict& verdict) {
        results.Add(run, verdict);
        played(run, verdict);
        return true;
      });
}

absl::StatusOr<Verdict> PlayOne(const Scenario& scenario, uint64_t seed, const Clock& clock) {
  std::optional<Plan::Case> next = Plan::Case{0, seed};
  Verdict out;
  RETURN_IF_ERROR(RunInChildren(
      ChildOptions(), clock, [&next] { return std::exchange(next, std::nullopt); },
      [&scenario](const Plan::Case& run, bool keep_events) {
        return RunCase(scenario, run.seed, keep_events);
      },
      [&out](const Plan::Case&, Verdict verdict) {
        out = std::move(verdict);
        return true;
      }));
  return out;
}

}  // namespace realm::sim
