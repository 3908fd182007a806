// Scenario files: YAML, schema realm.sim.v1. docs/SIMULATOR.md describes every key.

#ifndef REALMSHIFT_TESTS_SIM_SCENARIO_YAML_H_
#define REALMSHIFT_TESTS_SIM_SCENARIO_YAML_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/config/findings.h"
#include "tests/sim/scenario.h"

namespace realm::sim {

// INVALID_ARGUMENT with a line "FILE:LINE:COLUMN: what is wrong; what would be right" for each
// mistake, all that are wrong at once. `name` stands for FILE.
absl::StatusOr<Scenario> ParseScenario(absl::string_view text, absl::string_view name);

// Those of the file's errors as well.
absl::StatusOr<Scenario> LoadScenario(const std::string& path);

// `path` itself, or the scenarios of a folder and of those below it in order of their names: each
// *.yaml file but those that say they are of another kind, "schema: realm.sim.must_fail.v1".
// NOT_FOUND: no such file, or none in the folder.
absl::StatusOr<std::vector<std::string>> ListScenarios(const std::string& path);
// `path` itself, or all *.yaml files of a folder in order of their names, without its subfolders.
absl::StatusOr<std::vector<std::string>> ListYamlFiles(const std::string& path);

// A file that ParseScenario reads as an equal scenario.
std::string FormatScenario(const Scenario& scenario);

// Beyond the shape of single fields: names that refer to nothing, bounds, duplicates.
void CheckScenario(const Scenario& scenario, Findings& findings);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_SCENARIO_YAML_H_
