// The files of one run, for who looks into a failure later.

#ifndef REALMSHIFT_TESTS_SIM_ARTIFACTS_H_
#define REALMSHIFT_TESTS_SIM_ARTIFACTS_H_

#include <string>

#include "absl/status/status.h"

#include "tests/sim/results.h"
#include "tests/sim/verdict.h"

namespace realm::sim {

// Writes verdict.json, events.jsonl, metrics.prom and scenario.effective.yaml into the case's
// folder, which is made. Errors of the system, naming the path.
absl::Status WriteArtifacts(const RunHead& head, const Plan::Case& run, const Verdict& verdict);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_ARTIFACTS_H_
