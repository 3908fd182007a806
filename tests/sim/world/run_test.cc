#include "tests/sim/world/run.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

#include "tests/sim/random_scenario.h"
#include "tests/sim/world/one_move.h"

namespace realm::sim {
namespace {

TEST(RunTest, AMoveWithoutFaultsIsCommitted) {
  const Outcome outcome = RunWorld(OneMove(100), 1, RunOptions());
  EXPECT_EQ(Findings(outcome), "");
  EXPECT_EQ(outcome.ends.at("m1").word, "committed");
  EXPECT_EQ(outcome.source_left, 0);
  EXPECT_TRUE(outcome.target_equals_source);
}

TEST(RunTest, AMoveWithoutACommitIsRolledBack) {
  Scenario scenario = OneMove(100);
  scenario.platform.hooks[coordinator::Hook::kCommit].omit = true;
  const Outcome outcome = RunWorld(scenario, 1, RunOptions());
  EXPECT_EQ(Findings(outcome), "");
  EXPECT_EQ(outcome.ends.at("m1").word, "rolled-back");
  EXPECT_TRUE(outcome.target_equals_source);
}

TEST(RunTest, TheSameSeedIsTheSameRun) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    const Scenario scenario = RandomScenario(seed);
    const Outcome first = RunWorld(scenario, seed, RunOptions());
    const Outcome second = RunWorld(scenario, seed, RunOptions());
    EXPECT_EQ(first.event_log_sha256, second.event_log_sha256) << "seed " << seed;
    EXPECT_EQ(first.steps, second.steps) << "seed " << seed;
  }
}

TEST(RunTest, AnotherSeedIsAnotherRun) {
  EXPECT_NE(RunWorld(OneMove(100), 1, RunOptions()).event_log_sha256,
            RunWorld(OneMove(100), 2, RunOptions()).event_log_sha256);
}

TEST(RunTest, RandomWorldsBreakNothing) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    const Outcome outcome = RunWorld(RandomScenario(seed), seed, RunOptions());
    EXPECT_EQ(Findings(outcome), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace realm::sim
