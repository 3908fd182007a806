// What makes sure that an operator means this tenant.

#ifndef REALMSHIFT_COORDINATOR_CTL_CONFIRMATION_H_
#define REALMSHIFT_COORDINATOR_CTL_CONFIRMATION_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "coordinator/ctl/command.h"

namespace realm::ctl {

// --reason, --confirm and --dry-run, for commands of which these are asked.
std::vector<Flag> ConfirmationFlags();

// Whether --reason is there, which --dry-run does without. InvalidArgument: it is not.
absl::Status CheckReason(const Invocation& invocation);

// Has the tenant's id typed, unless --confirm has it. `condition` goes on "if ...": what has to be
// so. InvalidArgument: it is another, or nobody can be asked.
absl::Status CheckConfirmed(const Invocation& invocation, const std::string& tenant,
                            absl::string_view condition);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_CONFIRMATION_H_
