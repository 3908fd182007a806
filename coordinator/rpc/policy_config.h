// The core's policy from the configuration.
#ifndef REALMSHIFT_COORDINATOR_RPC_POLICY_CONFIG_H_
#define REALMSHIFT_COORDINATOR_RPC_POLICY_CONFIG_H_

#include "coordinator/core/policy.h"
#include "realm/config/v1/config.pb.h"

namespace realm::coordinator {

// REQUIRES: `config` was checked and completed by common/config.
Policy MakePolicy(const realm::config::v1::CoordinatorConfig& config);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_RPC_POLICY_CONFIG_H_
