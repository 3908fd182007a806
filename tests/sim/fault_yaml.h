// One fault of a scenario file: `{when: "copy >= 40%", kill_worker: EU, for: 20s}`.

#ifndef REALMSHIFT_TESTS_SIM_FAULT_YAML_H_
#define REALMSHIFT_TESTS_SIM_FAULT_YAML_H_

#include <string>

#include "common/config/findings.h"
#include "common/config/yaml.h"
#include "tests/sim/scenario.h"

namespace realm::sim {

// What cannot be read is found, and the fault is as far as it could be.
Fault ReadFault(const YamlNode& node, const std::string& path, Findings& findings);

// The same in YAML's flow style, on one line.
std::string FormatFault(const Fault& fault);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_FAULT_YAML_H_
