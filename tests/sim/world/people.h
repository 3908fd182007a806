// The tenants, who read and write while they are moved, and the operator, who acts when told to.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_PEOPLE_H_
#define REALMSHIFT_TESTS_SIM_WORLD_PEOPLE_H_

#include <map>
#include <string>
#include <vector>

#include "tests/sim/world/auditor.h"
#include "tests/sim/world/edge_wire.h"
#include "tests/sim/world/ground.h"
#include "tests/sim/world/platform.h"
#include "tests/sim/world/realm_store.h"

namespace realm::sim {

// Stores by place and dataset.
using StoreMap = std::map<std::pair<std::string, std::string>, RealmStore*>;

class Tenants {
 public:
  Tenants(Ground* ground, const StoreMap& stores, Platform* platform, EdgeWire* edge,
          Auditor* auditor);

  void Start();
  // One request of the tenant's at `realm`: reads, perhaps writes.
  void Visit(const TenantSpec& spec, const std::string& realm, bool writes);

 private:
  void VisitAgain(const TenantSpec& spec);

  Ground* const ground_;
  // By realm; in the order of the app's transfers.
  std::map<std::string, std::vector<RealmStore*>> stores_;
  Platform* const platform_;
  EdgeWire* const edge_;
  Auditor* const auditor_;
  int64_t written_ = 0;
};

// Looks at what waits for a person, and does what is right: confirms a switch only when the
// platform has switched for good, rolls back what the platform has given up, and puts the
// directory right after a restore.
class Operator {
 public:
  Operator(Ground* ground, CoordinatorNode* coordinator, Platform* platform, EdgeWire* edge,
           const Auditor* auditor)
      : ground_(ground),
        coordinator_(coordinator),
        platform_(platform),
        edge_(edge),
        auditor_(auditor) {}

  void LookAround();
  // A mistake: rolls back what has switched for good. It has to be refused.
  void RollBackTooLate(const MigrationSpec& spec);

 private:
  void RollBack(const coordinator::Migration& row);
  void LookAt(const coordinator::Migration& row);
  void LookAt(const coordinator::Tenant& row);

  Ground* const ground_;
  CoordinatorNode* const coordinator_;
  Platform* const platform_;
  EdgeWire* const edge_;
  const Auditor* const auditor_;  // What looking into the stores tells.
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_PEOPLE_H_
