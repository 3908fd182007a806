#include "coordinator/ctl/directory_commands.h"

#include <string>

#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "coordinator/ctl/table.h"
#include "coordinator/ctl/wire_time.h"

namespace realm::ctl {
namespace {

absl::StatusOr<ExitCode> Lookup(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, invocation.Connect());
  v1::LookupTenantRequest request;
  request.set_app_id(invocation.positional()[0]);
  request.set_tenant_id(invocation.positional()[1]);
  ASSIGN_OR_RETURN(const v1::LookupTenantResponse response,
                   connection->Call(connection->directory(),
                                    &v1::DirectoryService::Stub::LookupTenant, request));
  if (invocation.output != Output::kTable) {
    RETURN_IF_ERROR(invocation.PrintJson(response.tenant()));
  } else {
    invocation.console.Print(TenantText(response.tenant(), invocation.times()));
  }
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> History(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, invocation.Connect());
  v1::ListTenantHistoryRequest request;
  request.set_app_id(invocation.positional()[0]);
  request.set_tenant_id(invocation.positional()[1]);
  ASSIGN_OR_RETURN(const v1::ListTenantHistoryResponse response,
                   connection->Call(connection->directory(),
                                    &v1::DirectoryService::Stub::ListTenantHistory, request));
  if (invocation.output != Output::kTable) {
    RETURN_IF_ERROR(invocation.PrintJson(response));
  } else {
    invocation.console.Print(HistoryText(response, invocation.times()));
  }
  return ExitCode::kDone;
}

}  // namespace

std::string TenantText(const v1::Tenant& tenant, const TimeStyle& times) {
  Table table({"", ""});
  table.Add({"Tenant", absl::StrCat(tenant.tenant_id(), "  (", tenant.app_id(), ")")});
  table.Add({"Realm", absl::StrCat(tenant.realm(), ", epoch ", tenant.epoch())});
  table.Add(
      {"Writes", tenant.writable() ? absl::StrCat("in ", tenant.realm()) : "nowhere (sealed)"});
  if (!tenant.read_through_realm().empty()) {
    table.Add({"Reads also",
               absl::StrCat("from ", tenant.read_through_realm(), ", what is still on its way")});
  }
  table.Add({"Since", FormatTime(ToTime(tenant.since_time()), times)});
  table.Add({"Reason", tenant.reason()});
  table.Add({"Installed", tenant.installed() ? "yes" : "no"});
  if (!tenant.migration_id().empty()) table.Add({"Migration", tenant.migration_id()});
  return table.Text();
}

std::string HistoryText(const v1::ListTenantHistoryResponse& history, const TimeStyle& times) {
  Table table({"REALM", "FROM", "UNTIL", "EPOCH", "ENDED BY"});
  const v1::Tenant& now = history.current();
  table.Add({now.realm(), FormatTime(ToTime(now.since_time()), times), "now",
             absl::StrCat(now.epoch()), ""});
  for (const v1::PreviousRealm& previous : history.previous_realms()) {
    table.Add({previous.realm(), FormatTime(ToTime(previous.from_time()), times),
               FormatTime(ToTime(previous.until_time()), times), absl::StrCat(previous.epoch()),
               previous.reason()});
  }
  return table.Text();
}

std::vector<Command> DirectoryCommands() {
  Command lookup;
  lookup.name = "directory lookup";
  lookup.arguments = "APP TENANT";
  lookup.arguments_min = lookup.arguments_max = 2;
  lookup.summary = "which realm a tenant is in, and whether it may write";
  lookup.example = "realmctl directory lookup com.example.demo acme";
  lookup.run = Lookup;

  Command history = lookup;
  history.name = "directory history";
  history.summary = "which realms a tenant was in before, and why it left them";
  history.example = "realmctl directory history com.example.demo acme";
  history.run = History;
  return {lookup, history};
}

}  // namespace realm::ctl
