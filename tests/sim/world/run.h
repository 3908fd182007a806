// One run of the simulator: a scenario, a seed, and what came of it.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_RUN_H_
#define REALMSHIFT_TESTS_SIM_WORLD_RUN_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "tests/sim/scenario.h"

namespace realm::sim {

struct RunOptions {
  bool keep_events = false;
  uint64_t step_limit = 20'000'000;  // A run that takes more is a liveness violation.
};

// Something that must not be. `invariant` is one of InvariantNames().
struct Violation {
  std::string invariant;
  std::string what;
  absl::Duration at;
  uint64_t step = 0;
  std::string kind;  // "invariant", "liveness" or "expectation".
};

// How one migration ended, as the platform can see it: "committed", "rolled-back", "cancelled", or
// "refused" when no schedule of it was accepted. Empty: it has not ended.
struct MigrationEnd {
  std::string word;
  absl::Duration at;
};

struct Outcome {
  std::vector<Violation> violations;  // The first of each invariant.
  std::string event_log_sha256;
  std::vector<std::string> events;  // If kept.
  absl::Duration simulated;
  int64_t migrations = 0;
  int64_t faults = 0;
  int64_t steps = 0;
  std::map<std::string, MigrationEnd> ends;  // By migration.
  int64_t source_left = 0;                   // Records in realms that their tenants have left.
  bool target_equals_source = true;  // Each tenant's realm has the latest of each of its records.
  // What happened how often: "state/committed" (the last word of each migration),
  // "fault/kill-worker", "cell/State/event" for each move by the table that became durable,
  // "store/fenced", ...
  std::map<std::string, int64_t> counters;
};

// Plays `scenario`. The outcome depends on the two arguments alone: no clock, address, order of
// hashing or thread has a part in it.
Outcome RunWorld(const Scenario& scenario, uint64_t seed, const RunOptions& options);

// What the auditor and the end of a run look for, each with one line of explanation.
const std::map<std::string, std::string>& InvariantNames();

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_RUN_H_
