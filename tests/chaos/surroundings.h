// What the storm can cut around the programs of a running system: the links between them.

#ifndef REALMSHIFT_TESTS_CHAOS_SURROUNDINGS_H_
#define REALMSHIFT_TESTS_CHAOS_SURROUNDINGS_H_

#include "tests/chaos/storm.h"
#include "tests/e2e/running_system.h"

namespace realm::chaos {

// Who calls whom: workers and edge the coordinator, workers each other, workers their database.
// Before the system starts, since it is the configuration that changes.
Links MakeLinks(e2e::RunningSystem& running);

}  // namespace realm::chaos

#endif  // REALMSHIFT_TESTS_CHAOS_SURROUNDINGS_H_
