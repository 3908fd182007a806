// What must be true of a configuration beyond the types of its fields: what is required, bounds,
// unique names, and names that refer to something declared.

#ifndef REALMSHIFT_COMMON_CONFIG_RULES_H_
#define REALMSHIFT_COMMON_CONFIG_RULES_H_

#include "common/config/checker.h"
#include "common/config/findings.h"
#include "realm/config/v1/config.pb.h"

namespace realm {

// REQUIRES, of all: defaults are filled in.
void CheckRules(const config::v1::CoordinatorConfig& config, Findings& findings);
void CheckRules(const config::v1::WorkerConfig& config, Findings& findings);

// Parts of the above. `realms` are all codes and aliases, `codes` the codes alone.
void CheckApp(const config::v1::App& app, const std::string& path, const Names& realms,
              const Names& codes, Checker& checker);
void CheckTls(const config::v1::Tls& tls, Checker& checker);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_CONFIG_RULES_H_
