// Does what the scenario says goes wrong, and what the seed chooses of its mix.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_CHAOS_H_
#define REALMSHIFT_TESTS_SIM_WORLD_CHAOS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/world/auditor.h"
#include "tests/sim/world/coordinator_node.h"
#include "tests/sim/world/edge_wire.h"
#include "tests/sim/world/ground.h"
#include "tests/sim/world/people.h"
#include "tests/sim/world/platform.h"
#include "tests/sim/world/worker_node.h"

namespace realm::sim {

// What can be broken.
struct World {
  Ground* ground = nullptr;
  CoordinatorNode* coordinator = nullptr;
  std::vector<std::unique_ptr<WorkerNode>>* workers = nullptr;
  StoreMap stores;
  Platform* platform = nullptr;
  EdgeWire* edge = nullptr;
  Tenants* tenants = nullptr;
  Auditor* auditor = nullptr;
  Operator* person = nullptr;
};

class Chaos {
 public:
  explicit Chaos(World world) : world_(std::move(world)) {}

  // Plans everything that happens at a time.
  void Start();
  // Rows tell when faults that wait for a state or for progress are due.
  void Look(const coordinator::Migration& row);
  // Ends every fault: all wires, stores, disks and clocks are right, all processes up.
  void Heal();

 private:
  void PlanScripted();
  void PlanMix();
  void Happen(const Fault& fault);
  void HappenToWorker(const Fault& fault);
  void HappenToWire(const Fault& fault);
  void HappenToCoordinator(const Fault& fault);
  void HappenToStore(const Fault& fault);
  void HappenToPeople(const Fault& fault);
  // Undoes after `length`, or when all is healed.
  void UndoAfter(absl::Duration length, std::function<void()> undo);
  void StartAgain(WorkerNode* worker, absl::Duration after);
  void AwaitDrained(WorkerNode* worker, uint64_t life, absl::Duration length);
  WorkerNode* PickWorker(const std::string& realm);
  const std::string& PickRealm(const std::string& wanted);
  absl::Duration LengthOf(const Fault& fault);
  absl::Duration JumpOf(const Fault& fault);
  bool HasProgress(const Fault& fault, const coordinator::Migration& row) const;
  void SpoilRecord(const Fault& fault, RealmStore* store);
  void BackupAgain();
  std::vector<RealmStore*> StoresOf(const std::string& realm);

  World world_;
  std::vector<Fault> waiting_;  // For a state or progress.
  bool restores_ = false;       // A backup will be wanted.
  std::vector<std::shared_ptr<std::function<void()>>> undone_at_heal_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_CHAOS_H_
