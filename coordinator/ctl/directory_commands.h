// realmctl directory ...

#ifndef REALMSHIFT_COORDINATOR_CTL_DIRECTORY_COMMANDS_H_
#define REALMSHIFT_COORDINATOR_CTL_DIRECTORY_COMMANDS_H_

#include <string>
#include <vector>

#include "coordinator/ctl/command.h"
#include "realm/v1/directory.pb.h"

namespace realm::ctl {

std::vector<Command> DirectoryCommands();

// Where a tenant is, and since when and why.
std::string TenantText(const v1::Tenant& tenant, const TimeStyle& times);

// One line for each.
std::string TenantsText(const std::vector<v1::Tenant>& tenants, const TimeStyle& times);

// Where it was before, the latest first.
std::string HistoryText(const v1::ListTenantHistoryResponse& history, const TimeStyle& times);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_DIRECTORY_COMMANDS_H_
