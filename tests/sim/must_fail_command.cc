// realm-sim-seeded must-fail.

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "common/files.h"
#include "common/status_macros.h"
#include "tests/sim/built_commit.h"
#include "tests/sim/must_fail.h"
#include "tests/sim/play.h"
#include "tests/sim/program.h"
#include "tests/sim/scenario_yaml.h"

namespace realm::sim {
namespace {

struct Catch {
  const SeededBugEntry* bug = nullptr;
  bool caught = false;
  std::string by;
  std::string where;  // The scenario.
  uint64_t seed = 0;
  int64_t runs = 0;
  uint64_t budget = 0;
  absl::Duration took;
};

const SeededBugEntry* EntryOf(SeededBug bug) {
  const auto found = std::find_if(SeededBugs().begin(), SeededBugs().end(),
                                  [bug](const SeededBugEntry& entry) { return entry.bug == bug; });
  return found == SeededBugs().end() ? nullptr : &*found;
}

bool Counts(const MustFail& test, const Violation& violation) {
  return test.caught_by.empty() || std::find(test.caught_by.begin(), test.caught_by.end(),
                                             violation.invariant) != test.caught_by.end();
}

// The runs go on until one finds what counts.
absl::StatusOr<Catch> TryToCatch(const MustFail& test, int jobs, const Clock& clock) {
  std::vector<Scenario> scenarios;
  for (const std::string& file : test.scenarios) {
    ASSIGN_OR_RETURN(Scenario scenario, LoadScenario(file));
    scenarios.push_back(std::move(scenario));
  }
  Catch out;
  out.bug = EntryOf(test.bug);
  out.budget = test.seeds.count();
  // Seeds first: all scenarios of one before those of the next.
  const size_t count = std::max<size_t>(scenarios.size(), 1);
  uint64_t next = 0;
  SeedBug(test.bug);
  const absl::Duration begun = clock.Monotonic();
  PlayOptions options;
  options.jobs = jobs;
  options.twice = test.twice;
  Plan plan(std::move(scenarios), test.seeds, Shard());
  const absl::Status played = PlayCases(
      options, clock, plan,
      [&]() -> std::optional<Plan::Case> {
        if (out.caught || next >= test.seeds.count() * count) return std::nullopt;
        const uint64_t at = next++;
        return Plan::Case{static_cast<size_t>(at % count), test.seeds.first + at / count};
      },
      [&](const Plan::Case& run, const Verdict& verdict) {
        ++out.runs;
        for (const Violation& violation : verdict.outcome.violations) {
          if (!Counts(test, violation) || out.caught) continue;
          out.caught = true;
          out.by = violation.invariant;
          out.where = plan.NameOf(run.scenario);
          out.seed = run.seed;
        }
        return !out.caught;
      });
  SeedBug(SeededBug::kNone);
  RETURN_IF_ERROR(played);
  out.took = clock.Monotonic() - begun;
  return out;
}

std::string Line(const Catch& result) {
  if (!result.caught) {
    return absl::StrFormat("SURVIVED  %-28s  %d runs, %.1f s: %s\n", result.bug->word, result.runs,
                           absl::ToDoubleSeconds(result.took), result.bug->what);
  }
  return absl::StrFormat("caught    %-28s  seed %d of %d, %.1f s, by %s in %s\n", result.bug->word,
                         result.seed, result.budget, absl::ToDoubleSeconds(result.took), result.by,
                         result.where);
}

std::string Markdown(const std::vector<Catch>& results) {
  std::string text =
      "| bug | what is wrong | caught by | in | runs | seconds |\n| --- | --- | --- | --- | --- | "
      "--- |\n";
  for (const Catch& result : results) {
    absl::StrAppend(&text, "| `", result.bug->word, "` | ", result.bug->what, " | ",
                    result.caught ? result.by : "**survived**", " | ", result.where, " | ",
                    result.runs, " | ", absl::StrFormat("%.1f", absl::ToDoubleSeconds(result.took)),
                    " |\n");
  }
  return text;
}

}  // namespace

absl::StatusOr<ExitCode> RunMustFail(const Invocation& invocation) {
  const Arguments& arguments = *invocation.arguments;
  if (!kHasSeededBugs) {
    return absl::InvalidArgumentError(
        "must-fail is for realm-sim-seeded; this program has no bugs");
  }
  if (arguments.positional().empty()) {
    return absl::InvalidArgumentError("must-fail needs a file or a folder");
  }
  int jobs = 1;
  if (arguments.Has("jobs") && (!absl::SimpleAtoi(arguments.Get("jobs"), &jobs) || jobs < 1)) {
    return absl::InvalidArgumentError("--jobs is no number above zero");
  }
  std::ostream& out = *invocation.out;
  out << "realm-sim-seeded commit " << BuiltCommit() << std::endl;
  std::vector<Catch> results;
  for (const std::string& path : arguments.positional()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> files, ListScenarios(path));
    for (const std::string& file : files) {
      ASSIGN_OR_RETURN(const MustFail test, LoadMustFail(file));
      ASSIGN_OR_RETURN(Catch result, TryToCatch(test, jobs, *invocation.clock));
      out << Line(result) << std::flush;
      results.push_back(std::move(result));
    }
  }
  if (arguments.Has("markdown")) {
    RETURN_IF_ERROR(WriteFileAtomically(arguments.Get("markdown"), Markdown(results), 0644));
  }
  const auto caught = std::count_if(results.begin(), results.end(),
                                    [](const Catch& result) { return result.caught; });
  const auto survived = static_cast<int64_t>(results.size()) - caught;
  out << "commit " << BuiltCommit() << "\n"
      << caught << " passed, " << survived << " failed" << std::endl;
  return survived == 0 ? ExitCode::kDone : ExitCode::kBadVerdict;
}

}  // namespace realm::sim
