// Scenarios that nobody wrote.

#ifndef REALMSHIFT_TESTS_SIM_RANDOM_SCENARIO_H_
#define REALMSHIFT_TESTS_SIM_RANDOM_SCENARIO_H_

#include <cstdint>

#include "tests/sim/scenario.h"

namespace realm::sim {

// A small world with several moves and about twenty faults for each: another one for each seed, and
// always the same for one.
Scenario RandomScenario(uint64_t seed);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_RANDOM_SCENARIO_H_
