// One tenant that moves once, for tests that look at a single run.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_ONE_MOVE_H_
#define REALMSHIFT_TESTS_SIM_WORLD_ONE_MOVE_H_

#include <string>

#include "absl/strings/str_cat.h"

#include "tests/sim/scenario.h"
#include "tests/sim/world/run.h"

namespace realm::sim {

inline Scenario OneMove(int64_t records) {
  Scenario scenario;
  scenario.realms = {{"US", 2, 2, "US"}, {"EU", 2, 2, "EU"}};
  scenario.app.transfers = {{"core", true}};
  scenario.app.terms.purge_grace = absl::Minutes(1);
  scenario.tenants = {{"acme", "US", {{"core", records}}, 0.1}};
  MigrationSpec move;
  move.id = "m1";
  move.tenant = "acme";
  move.target = "EU";
  move.window_at = absl::Minutes(5);
  scenario.migrations = {move};
  return scenario;
}

// What the auditor found, a line each.
inline std::string Findings(const Outcome& outcome) {
  std::string out;
  for (const Violation& violation : outcome.violations)
    absl::StrAppend(&out, violation.invariant, ": ", violation.what, "\n");
  return out;
}

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_ONE_MOVE_H_
