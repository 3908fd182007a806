#include "coordinator/rpc/authorization.h"

#include <grpcpp/server_context.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "common/tls.h"

namespace realm::coordinator {
namespace {

struct Entry {
  absl::string_view method;
  bool edge;
  bool operator_role;
  bool worker;
};

// Secrets' ciphertext goes to edges alone; orders and reports to workers alone.
constexpr Entry kTable[] = {
    {"HookService.ScheduleMigration", true, true, false},
    {"HookService.StartMigration", true, true, false},
    {"HookService.CommitMigration", true, true, false},
    {"HookService.RollbackMigration", true, true, false},
    {"HookService.GetMigrationStatus", true, true, false},
    {"HookService.ReportTenantTraffic", true, false, false},
    {"AdminService.GetMigration", true, true, false},
    {"AdminService.ListMigrations", true, true, false},
    {"AdminService.WatchMigrations", true, true, false},
    {"AdminService.ListEvents", false, true, false},
    {"AdminService.ListWorkers", false, true, false},
    {"AdminService.DrainWorker", false, true, false},
    {"AdminService.ListQueues", false, true, false},
    {"AdminService.ConfirmSwitch", false, true, false},
    {"AdminService.SetTenantRealm", false, true, false},
    {"AdminService.GetServerStatus", true, true, false},
    {"DirectoryService.LookupTenant", true, true, false},
    {"DirectoryService.BatchLookupTenants", true, true, false},
    {"DirectoryService.WatchTenants", true, true, false},
    {"DirectoryService.ListTenantHistory", true, true, false},
    {"DirectoryService.RegisterInstallation", true, true, false},
    {"DirectoryService.UnregisterInstallation", true, true, false},
    {"DirectoryService.WatchInstallations", true, false, false},
    {"DispatchService.Attach", false, false, true},
};

}  // namespace

std::vector<Role> RolesFor(absl::string_view method) {
  std::vector<Role> out;
  for (const Entry& entry : kTable) {
    if (entry.method != method) continue;
    if (entry.edge) out.push_back(Role::kEdge);
    if (entry.operator_role) out.push_back(Role::kOperator);
    if (entry.worker) out.push_back(Role::kWorker);
  }
  return out;
}

std::vector<std::string> AuthorizedMethods() {
  std::vector<std::string> out;
  for (const Entry& entry : kTable)
    out.emplace_back(entry.method);
  return out;
}

absl::StatusOr<std::string> Authorizer::Check(const grpc::ServerContextBase& call,
                                              absl::string_view method) const {
  if (insecure_) return std::string("insecure");
  ASSIGN_OR_RETURN(const PeerIdentity who, IdentityOf(*call.auth_context()));
  const std::vector<Role> allowed = RolesFor(method);
  if (std::find(allowed.begin(), allowed.end(), who.role) == allowed.end()) {
    return absl::PermissionDeniedError(absl::StrCat(ToUri(who), " may not call ", method));
  }
  return ToUri(who);
}

absl::Status Authorizer::CheckWorker(const grpc::ServerContextBase& call, absl::string_view realm,
                                     absl::string_view worker) const {
  if (insecure_) return absl::OkStatus();
  ASSIGN_OR_RETURN(const PeerIdentity who, IdentityOf(*call.auth_context()));
  if (who.role == Role::kWorker && who.realm.value() == realm && who.name == worker) {
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(absl::StrCat("the certificate is of ", ToUri(who),
                                                  ", the frame of worker ", worker, " in ", realm));
}

}  // namespace realm::coordinator
