// Who may call what: a table of methods and roles.
#ifndef REALMSHIFT_COORDINATOR_RPC_AUTHORIZATION_H_
#define REALMSHIFT_COORDINATOR_RPC_AUTHORIZATION_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/identity.h"

namespace grpc {
class AuthContext;
class ServerContextBase;
}  // namespace grpc

namespace realm::coordinator {

// The roles that may call `method` ("HookService.ScheduleMigration"); empty for
// an unknown one: nobody may.
std::vector<Role> RolesFor(absl::string_view method);

// Every method that has an entry.
std::vector<std::string> AuthorizedMethods();

class Authorizer {
 public:
  // `insecure`: there are no identities, and everybody may call everything. For loopback only.
  explicit Authorizer(bool insecure) : insecure_(insecure) {}

  // Who calls, as it is written into the audit trail. PERMISSION_DENIED: the caller's role may
  // not call `method`. UNAUTHENTICATED: no identity.
  absl::StatusOr<std::string> Check(const grpc::ServerContextBase& call,
                                    absl::string_view method) const;

  // Check for a worker's stream: its certificate must name this worker and realm.
  absl::Status CheckWorker(const grpc::ServerContextBase& call, absl::string_view realm,
                           absl::string_view worker) const;

 private:
  const bool insecure_;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_RPC_AUTHORIZATION_H_
