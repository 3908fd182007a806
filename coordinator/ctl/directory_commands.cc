#include "coordinator/ctl/directory_commands.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/status_macros.h"
#include "coordinator/ctl/confirmation.h"
#include "coordinator/ctl/table.h"
#include "coordinator/ctl/wire_time.h"

namespace realm::ctl {
namespace {

absl::StatusOr<v1::Tenant> FindTenant(const Invocation& invocation, Connection& connection) {
  v1::LookupTenantRequest request;
  request.set_app_id(invocation.positional()[0]);
  request.set_tenant_id(invocation.positional()[1]);
  ASSIGN_OR_RETURN(
      const v1::LookupTenantResponse response,
      connection.Call(connection.directory(), &v1::DirectoryService::Stub::LookupTenant, request));
  return response.tenant();
}

absl::Status Show(const Invocation& invocation, const v1::Tenant& tenant) {
  if (invocation.output != Output::kTable) return invocation.PrintJson(tenant);
  invocation.console.Print(TenantText(tenant, invocation.times()));
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> Lookup(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, invocation.Connect());
  ASSIGN_OR_RETURN(const v1::Tenant tenant, FindTenant(invocation, *connection));
  RETURN_IF_ERROR(Show(invocation, tenant));
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

bool IsWanted(const Invocation& invocation, const v1::Tenant& tenant) {
  if (invocation.arguments.Has("in-doubt") && !tenant.in_doubt()) return false;
  return !invocation.arguments.Has("realm") || tenant.realm() == invocation.arguments.Get("realm");
}

// An entry that changes meanwhile comes twice.
absl::StatusOr<std::vector<v1::Tenant>> ReadAll(const Invocation& invocation,
                                                Connection& connection) {
  grpc::ClientContext call;
  call.set_deadline(connection.Deadline());
  const auto stream = connection.directory().WatchTenants(&call, {});
  std::map<std::pair<std::string, std::string>, v1::Tenant> found;
  v1::WatchTenantsResponse change;
  bool whole = false;
  while (!whole && stream->Read(&change)) {
    whole = change.snapshot_end();
    const v1::Tenant& tenant = change.tenant();
    if (change.has_tenant()) found[{tenant.app_id(), tenant.tenant_id()}] = tenant;
  }
  call.TryCancel();
  const grpc::Status ended = stream->Finish();
  if (!whole) return connection.ExplainEnd(ended);
  std::vector<v1::Tenant> out;
  for (auto& [key, tenant] : found) {
    if (IsWanted(invocation, tenant)) out.push_back(std::move(tenant));
  }
  return out;
}

absl::StatusOr<ExitCode> List(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, invocation.Connect());
  ASSIGN_OR_RETURN(const std::vector<v1::Tenant> tenants, ReadAll(invocation, *connection));
  if (invocation.output == Output::kTable) {
    invocation.console.Print(TenantsText(tenants, invocation.times()));
  } else if (invocation.output == Output::kJsonLines) {
    for (const v1::Tenant& tenant : tenants)
      RETURN_IF_ERROR(invocation.PrintJson(tenant));
  } else {
    v1::BatchLookupTenantsResponse all;
    *all.mutable_tenants() = {tenants.begin(), tenants.end()};
    RETURN_IF_ERROR(invocation.PrintJson(all));
  }
  return ExitCode::kDone;
}

std::string RealmPlanText(const v1::Tenant& tenant, const std::string& realm,
                          const TimeStyle& times) {
  const bool same = realm == tenant.realm();
  return absl::StrCat(
      TenantText(tenant, times), "1  the directory ", same ? "goes on naming " : "names ",
      Printable(realm), ", and nothing is in doubt\n",
      "2  nothing is copied, deleted or opened, and no store is asked: look first that the\n"
      "   tenant's records are in ",
      Printable(realm), ", and that the platform sends it there\n");
}

absl::StatusOr<ExitCode> Set(const Invocation& invocation) {
  RETURN_IF_ERROR(CheckReason(invocation));
  const std::string realm = invocation.arguments.Get("realm");
  if (realm.empty()) {
    return absl::InvalidArgumentError("--realm is missing; name the one that has the data");
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, invocation.Connect());
  ASSIGN_OR_RETURN(const v1::Tenant tenant, FindTenant(invocation, *connection));
  invocation.console.Note(RealmPlanText(tenant, realm, invocation.times()));
  if (invocation.arguments.Has("dry-run")) return ExitCode::kDone;
  RETURN_IF_ERROR(CheckConfirmed(invocation, tenant.tenant_id(), "it is so"));
  v1::SetTenantRealmRequest request;
  request.set_app_id(tenant.app_id());
  request.set_tenant_id(tenant.tenant_id());
  request.set_realm(realm);
  request.set_epoch(tenant.epoch());
  request.set_reason(invocation.arguments.Get("reason"));
  ASSIGN_OR_RETURN(
      const v1::SetTenantRealmResponse response,
      connection->Call(connection->admin(), &v1::AdminService::Stub::SetTenantRealm, request));
  RETURN_IF_ERROR(Show(invocation, response.tenant()));
  return ExitCode::kDone;
}

}  // namespace

std::string TenantText(const v1::Tenant& tenant, const TimeStyle& times) {
  Table table({"", ""});
  table.Add({"Tenant", absl::StrCat(tenant.tenant_id(), "  (", tenant.app_id(), ")")});
  table.Add({"Realm", absl::StrCat(tenant.realm(), ", epoch ", tenant.epoch(),
                                   tenant.in_doubt() ? ", in doubt since a restore" : "")});
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

std::string TenantsText(const std::vector<v1::Tenant>& tenants, const TimeStyle& times) {
  Table table({"APP", "TENANT", "REALM", "EPOCH", "SINCE", "NOTE"});
  for (const v1::Tenant& tenant : tenants) {
    std::vector<std::string> notes;
    if (tenant.in_doubt()) notes.emplace_back("in doubt");
    if (!tenant.migration_id().empty()) {
      notes.push_back(absl::StrCat("migration ", Printable(tenant.migration_id())));
    }
    if (!tenant.writable()) notes.emplace_back("sealed");
    if (!tenant.installed()) notes.emplace_back("not installed");
    table.Add({Printable(tenant.app_id()), Printable(tenant.tenant_id()), tenant.realm(),
               absl::StrCat(tenant.epoch()), FormatTime(ToTime(tenant.since_time()), times),
               absl::StrJoin(notes, ", ")});
  }
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

  Command list;
  list.name = "directory list";
  list.summary = "all tenants and their realms";
  list.text =
      "After a restore from a backup, --in-doubt lists those whose realm has not been known to be\n"
      "right since: compare them with the platform.";
  list.example = "realmctl directory list --in-doubt";
  list.flags = {{"in-doubt", "", "only those that a restore has put in doubt"},
                {"realm", "REALM", "only those that it names"}};
  list.run = List;

  Command set = lookup;
  set.name = "directory set";
  set.summary = "an operator's word for the realm that has a tenant's data";
  set.text =
      "For after a restore from a backup: a move that was lost may have taken the tenant "
      "elsewhere.\n"
      "No store is asked, and nothing is copied, deleted or opened.";
  set.example =
      "realmctl directory set com.example.demo acme --realm=EU --confirm=acme "
      "--reason=\"SUP-7713\"";
  set.flags = ConfirmationFlags();
  set.flags.insert(set.flags.begin(), {"realm", "REALM", "the one that has the data (required)"});
  set.run = Set;
  return {list, lookup, history, set};
}

}  // namespace realm::ctl
