// What a scenario prints of a migration: all that an observer could know of it, a
// line for each thing, so that a change shows as the lines that are new.

#ifndef REALMSHIFT_TESTS_SCENARIOS_PORTRAIT_H_
#define REALMSHIFT_TESTS_SCENARIOS_PORTRAIT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"

#include "coordinator/core/migration.h"
#include "coordinator/core/tenant.h"

namespace realm::coordinator {

std::vector<std::string> Portrait(const Migration* migration, const Tenant* tenant, absl::Time now);

// Those of `after` that are not in `before`.
std::vector<std::string> NewLines(const std::vector<std::string>& before,
                                  const std::vector<std::string>& after);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_TESTS_SCENARIOS_PORTRAIT_H_
