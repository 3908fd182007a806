// Fills in every default that config.proto states, so that nobody else repeats one.

#ifndef REALMSHIFT_COMMON_CONFIG_DEFAULTS_H_
#define REALMSHIFT_COMMON_CONFIG_DEFAULTS_H_

#include "common/config/findings.h"
#include "realm/config/v1/config.pb.h"

namespace realm {

// `findings` tells what is written; a written value stays, even one that is out of bounds. Nothing
// is found here.
void FillDefaults(const Findings& findings, config::v1::CoordinatorConfig& config);
void FillDefaults(const Findings& findings, config::v1::WorkerConfig& config);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_CONFIG_DEFAULTS_H_
