// The coordinator, as the edge needs it. GrpcCoordinator is the real one; tests have one in memory.

#ifndef REALMSHIFT_COORDINATOR_EDGE_COORDINATOR_H_
#define REALMSHIFT_COORDINATOR_EDGE_COORDINATOR_H_

#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "coordinator/edge/hook_json.h"
#include "realm/v1/directory.pb.h"
#include "realm/v1/hooks.pb.h"

namespace realm::edge {

// Each call answers once, by calling `done` on any thread, perhaps before it returns, and no later
// than a moment after `deadline`. The errors are those in the protos. A refusal carries a reason
// (coordinator/rpc/error_info.h); an error without one is a fault, and nothing is known about
// whether the call took effect. Every call may be repeated.
//
// Thread safety: any thread may call any method.
class Coordinator {
 public:
  virtual ~Coordinator() = default;

  template <typename Answer>
  using Done = std::function<void(absl::StatusOr<Answer>)>;

  // The hook is durable when this answers OK.
  virtual void Call(Hook hook, const v1::HookOrigin& origin, const v1::HookBody& body,
                    absl::Time deadline, Done<v1::HookAnswer> done) = 0;

  virtual void GetStatus(const v1::MigrationRef& ref, absl::Time deadline,
                         Done<v1::GetMigrationStatusResponse> done) = 0;

  virtual void ReportTraffic(const v1::ReportTenantTrafficRequest& request, absl::Time deadline,
                             Done<v1::ReportTenantTrafficResponse> done) = 0;

  virtual void Lookup(const v1::LookupTenantRequest& request, absl::Time deadline,
                      Done<v1::Tenant> done) = 0;

  virtual void Register(const v1::RegisterInstallationRequest& request, absl::Time deadline,
                        Done<v1::RegisterInstallationResponse> done) = 0;

  virtual void Unregister(const v1::UnregisterInstallationRequest& request, absl::Time deadline,
                          Done<v1::UnregisterInstallationResponse> done) = 0;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_COORDINATOR_H_
