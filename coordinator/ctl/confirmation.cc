#include "coordinator/ctl/confirmation.h"

#include "absl/strings/str_cat.h"

#include "common/status_macros.h"

namespace realm::ctl {

std::vector<Flag> ConfirmationFlags() {
  return {{"reason", "TEXT", "why; kept in the audit trail (required)"},
          {"confirm", "TENANT", "the tenant's id, instead of typing it"},
          {"dry-run", "", "shows the plan and changes nothing"}};
}

absl::Status CheckReason(const Invocation& invocation) {
  if (invocation.arguments.Has("dry-run") || !invocation.arguments.Get("reason").empty()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("--reason is missing; say why, it is kept in the audit trail");
}

absl::Status CheckConfirmed(const Invocation& invocation, const std::string& tenant,
                            absl::string_view condition) {
  std::string typed = invocation.arguments.Get("confirm");
  if (!invocation.arguments.Has("confirm")) {
    ASSIGN_OR_RETURN(
        typed, invocation.console.Ask(absl::StrCat("Type the tenant's id, ", Printable(tenant),
                                                   ", if ", condition, ": "),
                                      "--confirm=TENANT"));
  }
  if (typed == tenant) return absl::OkStatus();
  return absl::InvalidArgumentError("that is not the tenant's id; nothing was changed");
}

}  // namespace realm::ctl
