#include "tests/sim/results.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "common/digest.h"

namespace realm::sim {

void Results::Add(const Plan::Case& run, const Verdict& verdict) {
  ScenarioResults& results = scenarios_[run.scenario];
  const Outcome& outcome = verdict.outcome;
  results.runs.push_back({run.seed, absl::HexStringToBytes(outcome.event_log_sha256),
                          outcome.simulated, verdict.took, outcome.migrations, outcome.faults,
                          verdict.passed()});
  ++(verdict.passed() ? results.passed : results.failed);
  results.migrations += outcome.migrations;
  results.faults += outcome.faults;
  results.took += verdict.took;
  results.simulated += outcome.simulated;
  if (!verdict.passed() && results.failures.size() < kFailuresKept) {
    results.failures.push_back(verdict);
  }
}

uint64_t Results::passed() const {
  return Total().passed;
}

uint64_t Results::failed() const {
  return Total().failed;
}

ScenarioResults Results::Total() const {
  ScenarioResults total;
  for (const ScenarioResults& results : scenarios_) {
    total.passed += results.passed;
    total.failed += results.failed;
    total.migrations += results.migrations;
    total.faults += results.faults;
    total.took += results.took;
    total.simulated += results.simulated;
  }
  return total;
}

std::string Results::EventLogSha256() const {
  std::string all;
  for (const ScenarioResults& results : scenarios_) {
    std::vector<RunLine> runs = results.runs;
    std::sort(runs.begin(), runs.end(),
              [](const RunLine& a, const RunLine& b) { return a.seed < b.seed; });
    for (const RunLine& run : runs)
      absl::StrAppend(&all, run.seed, " ", run.sha256, "\n");
  }
  return ToHex(Sha256(all));
}

std::string ReproCommand(const RunHead& head, size_t scenario, uint64_t seed) {
  const std::string what = head.plan->is_drawn() ? "--random" : head.plan->FileOf(scenario);
  return absl::StrCat(head.command, " run ", what, head.arguments, " --seed ", seed);
}

std::string CaseFolder(const RunHead& head, size_t scenario, uint64_t seed) {
  return absl::StrCat(head.artifacts, "/", head.plan->NameOf(scenario), "/", seed);
}

}  // namespace realm::sim
