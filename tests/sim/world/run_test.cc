#include "tests/sim/world/run.h"

#include <gtest/gtest.h>

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
  scenario.expect.outcome = "committed";
  return scenario;
}

TEST(RunTest, AMoveWithoutFaultsIsCommitted) {
  const Outcome outcome = RunWorld(OneMove(), 1, {true, 1'000'000});
  for (const Violation& violation : outcome.violations)
    ADD_FAILURE() << violation.invariant << ": " << violation.what;
  if (HasFailure()) {
    for (const std::string& line : outcome.events)
      std::cerr << line << "\n";
  }
  EXPECT_EQ(outcome.counters.at("state/committed"), 1);
}

}  // namespace
}  // namespace realm::sim
