// Configuration that a program writes for another one.

#ifndef REALMSHIFT_COORDINATOR_CTL_CONFIG_YAML_H_
#define REALMSHIFT_COORDINATOR_CTL_CONFIG_YAML_H_

#include <string>

#include "google/protobuf/message.h"

namespace realm::ctl {

// A message of realm.config.v1 in the YAML that common/config reads: reading it back gives the same
// message. Fields that are not set are left out.
std::string ToYaml(const google::protobuf::Message& config);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_CONFIG_YAML_H_
