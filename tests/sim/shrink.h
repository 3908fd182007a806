// Makes a failing scenario smaller while the same thing goes wrong.

#ifndef REALMSHIFT_TESTS_SIM_SHRINK_H_
#define REALMSHIFT_TESTS_SIM_SHRINK_H_

#include <cstdint>
#include <functional>
#include <string>

#include "tests/sim/scenario.h"

namespace realm::sim {

struct Shrunk {
  Scenario scenario;
  int tried = 0;
};

// `breaks` says whether a scenario still breaks what the first one did. Leaves out migrations,
// tenants, faults and kinds of faults, one or many at a time, and then makes numbers smaller, until
// nothing more can be left out.
//
// REQUIRES: breaks(scenario).
Shrunk Shrink(const Scenario& scenario, const std::function<bool(const Scenario&)>& breaks);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_SHRINK_H_
