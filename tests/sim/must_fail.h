// Files of tests/scenarios/must_fail: a seeded bug, and the seeds that must catch it.

#ifndef REALMSHIFT_TESTS_SIM_MUST_FAIL_H_
#define REALMSHIFT_TESTS_SIM_MUST_FAIL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/seeded_bug.h"
#include "tests/sim/cases.h"
#include "tests/sim/scenario.h"

namespace realm::sim {

struct MustFail {
  std::string file;
  SeededBug bug = SeededBug::kNone;
  // The bug that takes away the second guard, if there is one that makes `bug` harmless. Both
  // together must be caught then, where each alone is not.
  SeededBug held_by = SeededBug::kNone;
  // Files, beside this one or below its folder; empty: random scenarios.
  std::vector<std::string> scenarios;
  SeedRange seeds;  // Each of them over all the scenarios, until the bug is caught.
  bool twice = false;
  // The invariants that may catch it; empty: anything that is found.
  std::vector<std::string> caught_by;
};

// INVALID_ARGUMENT as ParseScenario. Paths of scenarios are made relative to `name`'s folder.
absl::StatusOr<MustFail> ParseMustFail(absl::string_view text, absl::string_view name);
absl::StatusOr<MustFail> LoadMustFail(const std::string& path);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_MUST_FAIL_H_
