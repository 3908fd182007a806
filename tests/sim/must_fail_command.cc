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

// What one hunt for bugs came to.
struct Hunt {
  bool caught = false;
  std::string by;     // The invariant.
  std::string where;  // The scenario.
  uint64_t seed = 0;
  int64_t runs = 0;
};

struct Catch {
  const SeededBugEntry* bug = nullptr;
  const SeededBugEntry* held_by = nullptr;
  const SeededBugEntry* alone = nullptr;  // The one of the two that is found by itself.
  Hunt hunt;                              // For both.
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

// Plays the test's scenarios with the bugs until one run finds what counts.
absl::StatusOr<Hunt> HuntFor(const std::vector<SeededBug>& bugs, const MustFail& test,
                             const SeedRange& seeds, int jobs, const Clock& clock) {
  std::vector<Scenario> scenarios;
  for (const std::string& file : test.scenarios) {
    ASSIGN_OR_RETURN(Scenario scenario, LoadScenario(file));
    scenarios.push_back(std::move(scenario));
  }
  Hunt out;
  // Seeds first: all scenarios of one before those of the next.
  const size_t count = std::max<size_t>(scenarios.size(), 1);
  uint64_t next = 0;
  SeedBugs(bugs);
  PlayOptions options;
  options.jobs = jobs;
  options.twice = test.twice;
  Plan plan(std::move(scenarios), seeds, Shard());
  const absl::Status played = PlayCases(
      options, clock, plan,
      [&]() -> std::optional<Plan::Case> {
        if (out.caught || next >= seeds.count() * count) return std::nullopt;
        const uint64_t at = next++;
        return Plan::Case{static_cast<size_t>(at % count), seeds.first + at / count};
      },
      [&](const Plan::Case& run, const Verdict& verdict) {
        ++out.runs;
        for (const Violation& violation : verdict.outcome.violations) {
          if (!Counts(test, violation) || out.caught) continue;
          out = {true, violation.invariant, plan.NameOf(run.scenario), run.seed, out.runs};
        }
        return !out.caught;
      });
  SeedBugs({});
  RETURN_IF_ERROR(played);
  return out;
}

// A bug that another guard makes harmless must be caught when that guard is gone too, and neither
// may be found by itself: else the scenario would show nothing of the pair.
absl::StatusOr<Catch> TryToCatch(const MustFail& test, int jobs, const Clock& clock) {
  Catch out;
  out.bug = EntryOf(test.bug);
  out.budget = test.seeds.count();
  const absl::Duration begun = clock.Monotonic();
  std::vector<SeededBug> bugs = {test.bug};
  if (test.held_by != SeededBug::kNone) {
    out.held_by = EntryOf(test.held_by);
    bugs.push_back(test.held_by);
  }
  ASSIGN_OR_RETURN(out.hunt, HuntFor(bugs, test, test.seeds, jobs, clock));
  if (out.held_by != nullptr && out.hunt.caught) {
    for (const SeededBug bug : bugs) {
      ASSIGN_OR_RETURN(const Hunt alone, HuntFor({bug}, test, test.seeds, jobs, clock));
      if (alone.caught) out.alone = EntryOf(bug);
    }
  }
  out.took = clock.Monotonic() - begun;
  return out;
}

bool IsGood(const Catch& result) {
  return result.hunt.caught && result.alone == nullptr;
}

std::string Names(const Catch& result) {
  return absl::StrCat(result.bug->word, result.held_by == nullptr ? "" : "+",
                      result.held_by == nullptr ? "" : result.held_by->word);
}

std::string Line(const Catch& result) {
  const Hunt& hunt = result.hunt;
  const double seconds = absl::ToDoubleSeconds(result.took);
  if (!hunt.caught) {
    return absl::StrFormat("SURVIVED  %-28s  %d runs, %.1f s: %s\n", Names(result), hunt.runs,
                           seconds, result.bug->what);
  }
  if (result.alone != nullptr) {
    return absl::StrFormat("ALONE     %-28s  %s is found without the other\n", Names(result),
                           result.alone->word);
  }
  return absl::StrFormat("caught    %-28s  seed %d of %d, %.1f s, by %s in %s\n", Names(result),
                         hunt.seed, result.budget, seconds, hunt.by, hunt.where);
}

std::string Markdown(const std::vector<Catch>& results) {
  std::string text =
      "| bug | what is wrong | caught by | in | runs | seconds |\n| --- | --- | --- | --- | --- | "
      "--- |\n";
  for (const Catch& result : results) {
    absl::StrAppend(&text, "| `", Names(result), "` | ", result.bug->what, " | ",
                    result.hunt.caught ? result.hunt.by : "**survived**", " | ", result.hunt.where,
                    " | ", result.hunt.runs, " | ",
                    absl::StrFormat("%.1f", absl::ToDoubleSeconds(result.took)), " |\n");
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
    ASSIGN_OR_RETURN(const std::vector<std::string> files, ListYamlFiles(path));
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
  const auto caught = std::count_if(results.begin(), results.end(), IsGood);
  const auto survived = static_cast<int64_t>(results.size()) - caught;
  out << "commit " << BuiltCommit() << "\n"
      << caught << " passed, " << survived << " failed" << std::endl;
  return survived == 0 ? ExitCode::kDone : ExitCode::kBadVerdict;
}

}  // namespace realm::sim
