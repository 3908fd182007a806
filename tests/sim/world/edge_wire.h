// Between the platform and the coordinator: what the edge does with hooks, status polls and the
// tenants' requests that it sees.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_EDGE_WIRE_H_
#define REALMSHIFT_TESTS_SIM_WORLD_EDGE_WIRE_H_

#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "tests/sim/world/auditor.h"
#include "tests/sim/world/coordinator_node.h"
#include "tests/sim/world/ground.h"

namespace realm::sim {

class EdgeWire {
 public:
  // The actor whose hooks are signed with the tenant's secret.
  static constexpr absl::string_view kPlatform = "platform:connect";
  // Where the platform is at that time.
  using Route = std::function<std::string()>;
  using Done = std::function<void(absl::StatusOr<coordinator::Answer>)>;

  EdgeWire(Ground* ground, CoordinatorNode* coordinator, Auditor* auditor)
      : ground_(ground), coordinator_(coordinator), auditor_(auditor) {
    process_.name = "edge";
    process_.up = true;
  }

  // Delivers an input now. `done` may never be called; UNAVAILABLE while the coordinator is away.
  void Submit(coordinator::InputBody body, absl::string_view actor, Done done);
  void Install(const std::string& tenant, const std::string& realm);
  void Uninstall(const std::string& tenant);
  // An operator's word for where the tenant whose entry this is has its data.
  void SetRealm(const coordinator::Tenant& entry, const std::string& realm);
  // Another secret, told until it is acknowledged.
  void RotateSecret(const std::string& tenant, const Route& route);

  // What the edge's watch brings.
  void Learn(const coordinator::Migration& row);
  // The word of status: the coordinator's, or the last one the edge saw while that is away. Empty:
  // the edge does not know, and says so.
  std::string Status(const std::string& tenant, const std::string& migration);

  // The edge of `realm` sees a request of the tenant, and tells of it, at once or not at all.
  void SawRequest(const std::string& tenant, const std::string& realm);

  absl::Duration& wall_offset() { return wall_offset_; }

 private:
  void CheckSignature(const std::string& tenant);
  // Null: it is not known. The coordinator is up.
  coordinator::InstallationPtr FindInstallation(const std::string& tenant) const;
  void TellSecret(const std::string& tenant, const Route& route, int secret);
  void Report(const std::string& tenant, const std::string& realm, absl::Time seen);
  // Null: the tenant does not move, or nobody knows.
  coordinator::TenantPtr FindMoving(const std::string& tenant) const;

  Ground* const ground_;
  CoordinatorNode* const coordinator_;
  Auditor* const auditor_;
  Process process_;
  absl::Duration wall_offset_;
  std::map<std::string, std::string> last_words_;
  // By tenant: the secret that the platform told last, and the last one that was acknowledged.
  std::map<std::string, int> secrets_;
  std::map<std::string, int> acknowledged_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_EDGE_WIRE_H_
