#include <string>

#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "coordinator/ctl/confirmation.h"
#include "coordinator/ctl/migration_commands.h"
#include "coordinator/ctl/migration_lookup.h"
#include "coordinator/ctl/migration_text.h"
#include "coordinator/ctl/wire_time.h"

namespace realm::ctl {
namespace {

// What would be deleted, and on whose word.
std::string PlanText(const v1::Migration& migration, const TimeStyle& times) {
  std::string text =
      absl::StrCat("Migration ", Printable(migration.ref().migration_id()), " of ",
                   Printable(migration.ref().tenant_id()), ", ", migration.source_realm(), " -> ",
                   migration.target_realm(), ", ", StateText(migration), " since ",
                   FormatTime(ToTime(migration.state_enter_time()), times), "\n",
                   "1  the directory names ", migration.target_realm(), ", whose gate opens\n",
                   "2  these are deleted in ", migration.source_realm(), ", for good:\n");
  for (const v1::Transfer& transfer : migration.transfers()) {
    for (const v1::TableManifest& table : transfer.manifest()) {
      const std::string name = table.table().empty() ? "" : absl::StrCat("/", table.table());
      absl::StrAppend(&text, "     ", Printable(transfer.transfer_name()), "  ",
                      Printable(table.dataset() + name), "  ", Plural(table.records(), "record"),
                      ", ", FormatBytes(table.bytes()), "\n");
    }
    if (transfer.manifest().empty()) {
      absl::StrAppend(&text, "     ", Printable(transfer.transfer_name()),
                      "  once it is copied and verified\n");
    }
  }
  return absl::StrCat(text, "Plan ", Printable(migration.plan_digest()), "\n");
}

}  // namespace

absl::StatusOr<ExitCode> ConfirmSwitch(const Invocation& invocation) {
  RETURN_IF_ERROR(CheckReason(invocation));
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, invocation.Connect());
  ASSIGN_OR_RETURN(const v1::Migration migration,
                   FindMigration(*connection, invocation.positional()[0], invocation.arguments));
  if (migration.plan_digest().empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the migration is ", StateText(migration),
                     " and waits for no confirmation of a switch; nothing was changed"));
  }
  invocation.console.Note(PlanText(migration, invocation.times()));
  if (invocation.arguments.Has("dry-run")) return ExitCode::kDone;
  RETURN_IF_ERROR(
      CheckConfirmed(invocation, migration.ref().tenant_id(), "the platform has switched it"));
  v1::ConfirmSwitchRequest request;
  *request.mutable_ref() = migration.ref();
  request.set_plan_digest(migration.plan_digest());
  request.set_reason(invocation.arguments.Get("reason"));
  ASSIGN_OR_RETURN(
      const v1::ConfirmSwitchResponse response,
      connection->Call(connection->admin(), &v1::AdminService::Stub::ConfirmSwitch, request));
  if (invocation.output != Output::kTable) {
    RETURN_IF_ERROR(invocation.PrintJson(response.migration()));
    return ExitCode::kDone;
  }
  invocation.console.Print(absl::StrCat("Confirmed: ", StateText(response.migration()), ".\n"));
  invocation.console.Hint(absl::StrCat("Next: realmctl migration watch ",
                                       Printable(migration.ref().migration_id()), "\n"));
  return ExitCode::kDone;
}

}  // namespace realm::ctl
