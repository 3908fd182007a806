// Scenario files of the simulator: any text is taken or refused with a place in it, and what is
// taken is written so that it reads as the same scenario.

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "common/files.h"
#include "tests/fuzz/fuzz.h"
#include "tests/sim/scenario_yaml.h"
#include "tests/support/paths.h"

namespace realm::fuzz {

void Run(absl::string_view input) {
  const absl::StatusOr<sim::Scenario> scenario = sim::ParseScenario(input, "f.yaml");
  if (!scenario.ok()) {
    REALM_CHECK(absl::IsInvalidArgument(scenario.status()), scenario.status().ToString());
    REALM_CHECK(absl::StartsWith(scenario.status().message(), "f.yaml:"));
    return;
  }
  const std::string text = sim::FormatScenario(*scenario);
  const absl::StatusOr<sim::Scenario> again = sim::ParseScenario(text, "f.yaml");
  REALM_CHECK(again.ok(), again.status().ToString(), "\n", text);
  REALM_CHECK(sim::FormatScenario(*again) == text, text);
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  for (const char* name : {"happy_path", "everything_at_once", "worker_killed_during_copy"}) {
    seeds.push_back(
        ReadSmallFile(absl::StrCat(SourceFolder(), "/tests/scenarios/sim/", name, ".yaml"))
            .value());
  }
  return seeds;
}

}  // namespace realm::fuzz
