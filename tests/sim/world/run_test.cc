#include "tests/sim/world/run.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

#include "tests/sim/random_scenario.h"

namespace realm::sim {
namespace {

Scenario OneMove() {
  Scenario scenario;
  scenario.realms = {{"US", 2, 2, "US"}, {"EU", 2, 2, "EU"}};
  scenario.app.transfers = {{"core", true}};
  scenario.app.terms.purge_grace = absl::Minutes(1);
  TenantSpec tenant;
  tenant.id = "acme";
  tenant.realm = "US";
  tenant.data = {{"core", 100}};
  tenant.writes_per_second = 0.1;
  scenario.tenants = {tenant};
  MigrationSpec move;
  move.id = "m1";
  move.tenant = "acme";
  move.target = "EU";
  move.schedule_at = absl::Minutes(1);
  move.window_at = absl::Minutes(5);
  scenario.migrations = {move};
  return scenario;
}

std::string Findings(const Outcome& outcome) {
  std::string out;
  for (const Violation& violation : outcome.violations)
    absl::StrAppend(&out, violation.invariant, ": ", violation.what, "\n");
  return out;
}

TEST(RunTest, AMoveWithoutFaultsIsCommitted) {
  const Outcome outcome = RunWorld(OneMove(), 1, RunOptions());
  EXPECT_EQ(Findings(outcome), "");
  EXPECT_EQ(outcome.ends.at("m1").word, "committed");
  EXPECT_EQ(outcome.source_left, 0);
  EXPECT_TRUE(outcome.target_equals_source);
}

TEST(RunTest, AMoveWithoutACommitIsRolledBack) {
  Scenario scenario = OneMove();
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
  EXPECT_NE(RunWorld(OneMove(), 1, RunOptions()).event_log_sha256,
            RunWorld(OneMove(), 2, RunOptions()).event_log_sha256);
}

TEST(RunTest, RandomWorldsBreakNothing) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    const Outcome outcome = RunWorld(RandomScenario(seed), seed, RunOptions());
    EXPECT_EQ(Findings(outcome), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace realm::sim
