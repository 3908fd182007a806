#include "tests/sim/process/process_backend.h"

#include <utility>

#include "common/files.h"
#include "tests/sim/process/real_run.h"
#include "tests/sim/process/refused_words.h"

namespace realm::sim {
namespace {

// Start, end and comparison of a run, when the machine is busy.
constexpr absl::Duration kAroundRun = absl::Minutes(4);

}  // namespace

std::vector<std::string> ProcessBackend::WordsNotPlayed(const Scenario& scenario) const {
  return RefusedWords(scenario, ReadSmallFile(scenario.file).value_or(""));
}

Verdict ProcessBackend::Play(const Scenario& scenario, uint64_t seed, int speed,
                             const std::string& folder) const {
  Verdict verdict;
  verdict.seed = seed;
  verdict.outcome = RealRun(scenario, seed, speed, folder).Play();
  for (Violation& violation : Judge(scenario, verdict.outcome))
    verdict.outcome.violations.push_back(std::move(violation));
  return verdict;
}

absl::Duration ProcessBackend::LimitOf(const Scenario& scenario, int speed) const {
  return (scenario.faults_until + scenario.heal_limit) / speed + kAroundRun;
}

}  // namespace realm::sim
