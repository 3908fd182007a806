// That the simulator goes every way that there is: a cell of the table that it never takes is one
// in which no seed can find anything.

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "common/check.h"
#include "coordinator/core/rules.h"
#include "tests/sim/random_scenario.h"
#include "tests/sim/scenario_yaml.h"
#include "tests/sim/world/run.h"
#include "tests/support/paths.h"

namespace realm::sim {
namespace {

using coordinator::Event;
using coordinator::Rule;
using coordinator::RuleFor;
using coordinator::State;

// Of drawn worlds, after the scenarios of the tree.
constexpr uint64_t kSeedsMax = 40;

std::set<std::string> GoCells() {
  std::set<std::string> cells;
  for (int s = 0; s < coordinator::kStateCount; ++s) {
    for (int e = 0; e < coordinator::kEventCount; ++e) {
      const Rule& rule = RuleFor(static_cast<State>(s), static_cast<Event>(e));
      if (rule.verdict != coordinator::Verdict::kGo) continue;
      cells.insert(absl::StrCat(ToString(rule.state), "/", ToString(rule.event)));
    }
  }
  return cells;
}

void TakeOff(const Outcome& outcome, std::set<std::string>* cells) {
  for (const auto& [name, count] : outcome.counters) {
    absl::string_view cell = name;
    if (absl::ConsumePrefix(&cell, "cell/")) cells->erase(std::string(cell));
  }
}

TEST(GoCellsTest, EachIsTakenByAScenarioOrASoonSeed) {
  std::set<std::string> untaken = GoCells();
  EXPECT_EQ(untaken.size(), 17u);
  const auto files = ListScenarios(absl::StrCat(SourceFolder(), "/tests/scenarios/sim"));
  REALM_CHECK_OK(files.status());
  for (const std::string& file : *files) {
    const auto scenario = LoadScenario(file);
    REALM_CHECK_OK(scenario.status());
    TakeOff(RunWorld(*scenario, 1, RunOptions()), &untaken);
  }
  for (uint64_t seed = 1; seed <= kSeedsMax && !untaken.empty(); ++seed)
    TakeOff(RunWorld(RandomScenario(seed), seed, RunOptions()), &untaken);
  for (const std::string& cell : untaken)
    ADD_FAILURE() << cell << " is never taken";
}

}  // namespace
}  // namespace realm::sim
