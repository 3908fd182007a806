// What is kept of many runs: sums by scenario, one line for each run, and the failures.

#ifndef REALMSHIFT_TESTS_SIM_RESULTS_H_
#define REALMSHIFT_TESTS_SIM_RESULTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "tests/sim/cases.h"
#include "tests/sim/verdict.h"

namespace realm::sim {

// The failures of one scenario that are kept whole; more are counted.
constexpr size_t kFailuresKept = 10;

struct RunLine {
  uint64_t seed = 0;
  std::string sha256;  // 32 bytes; empty when the run died.
  absl::Duration simulated;
  absl::Duration took;
  int64_t migrations = 0;
  int64_t faults = 0;
  bool passed = true;
};

struct ScenarioResults {
  std::vector<RunLine> runs;  // In the order in which they ended.
  std::vector<Verdict> failures;
  uint64_t passed = 0;
  uint64_t failed = 0;
  int64_t migrations = 0;
  int64_t faults = 0;
  absl::Duration took;
  absl::Duration simulated;
};

class Results {
 public:
  explicit Results(size_t scenario_count) : scenarios_(scenario_count) {}

  void Add(const Plan::Case& run, const Verdict& verdict);

  const std::vector<ScenarioResults>& scenarios() const { return scenarios_; }
  uint64_t passed() const;
  uint64_t failed() const;
  // Sums; `took` is that of all children together.
  ScenarioResults Total() const;
  // Over the runs' own hashes in the order of scenarios and seeds, however they were spread over
  // children: in hexadecimal.
  std::string EventLogSha256() const;

 private:
  std::vector<ScenarioResults> scenarios_;
};

// What every report says beside the results.
struct RunHead {
  std::string command;  // "realm-sim", and the bug that it is built with.
  std::string commit;
  std::string arguments;  // For the reproduction, behind `command`: " --bug=NAME" or nothing.
  const Plan* plan = nullptr;
  std::string artifacts;  // Empty: none are kept.
  std::string time = "virtual clock";
};

// "realm-sim run FILE --seed 17".
std::string ReproCommand(const RunHead& head, size_t scenario, uint64_t seed);
// ARTIFACTS/NAME/SEED.
std::string CaseFolder(const RunHead& head, size_t scenario, uint64_t seed);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_RESULTS_H_
