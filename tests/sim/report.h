// What people and pipelines read while and after scenarios run.

#ifndef REALMSHIFT_TESTS_SIM_REPORT_H_
#define REALMSHIFT_TESTS_SIM_REPORT_H_

#include <string>

#include "absl/time/time.h"

#include "tests/sim/results.h"

namespace realm::sim {

// "realm-sim commit 3f2a9c1  virtual clock  12 scenarios, seeds 1..20"
std::string HeadLine(const RunHead& head);

// One line, and some more for each failure:
//   PASS  happy_path        20 seeds   0.9 s   (31h simulated)
//   FAIL  rollback          19 of 20   1.2 s
//         seed 17, step 4,182, 00:41:07 simulated
//         invariant lost_write: ...
//         repro  realm-sim run rollback.yaml --seed 17
std::string ScenarioText(const RunHead& head, const ScenarioResults& results, size_t scenario);

// How much was simulated how fast: in `elapsed` of real time, with `used` of processor time.
std::string SpeedLine(const Results& results, absl::Duration elapsed, absl::Duration used);

// "event log sha256 9c1e...  seeds 1..20  commit 3f2a9c1"
std::string EvidenceLine(const RunHead& head, const Results& results);

// Test Anything Protocol, version 13: a line for each run.
std::string TapText(const RunHead& head, const Results& results);

// JUnit's XML: a suite is a scenario, a case is a seed.
std::string JUnitText(const RunHead& head, const Results& results);

// For GitHub Actions: an annotation on the scenario's file for each failure, and a Markdown table
// for the page of the run.
std::string GithubAnnotations(const RunHead& head, const Results& results);
std::string GithubSummary(const RunHead& head, const Results& results);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_REPORT_H_
