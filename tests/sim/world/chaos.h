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
  explicit Chaos(World world) : world_(std::move(world)) {
    world_.ground->before_job_call = [this](Process* worker, JobCall call) {
      return BeforeJobCall(worker, call);
    };
  }
  Chaos(const Chaos&) = delete;
  Chaos& operator=(const Chaos&) = delete;

  // Plans everything that happens at a time.
  void Start();
  // Rows tell when faults that wait for a state are due; calls of jobs, when those are that wait
  // for progress.
  void Look(const coordinator::Migration& row);
  // Ends every fault: all wires, stores, disks and clocks are right, all processes up.
  void Heal();

 private:
  // At the next write of this life.
  struct AwaitedPause {
    uint64_t life = 0;
    absl::Duration length;
  };

  void PlanScripted();
  void PlanMix();
  // `subject`: the worker whose progress it waited for, or null.
  void Happen(const Fault& fault, WorkerNode* subject = nullptr);
  void HappenToWorker(const Fault& fault, WorkerNode* subject);
  void HappenToWire(const Fault& fault);
  void HappenToCoordinator(const Fault& fault);
  void HappenToStore(const Fault& fault);
  void HappenToPeople(const Fault& fault);
  // Undoes after `length`, or when all is healed.
  void UndoAfter(absl::Duration length, std::function<void()> undo);
  void StartAgain(WorkerNode* worker, absl::Duration after);
  void AwaitDrained(WorkerNode* worker, uint64_t life, absl::Duration length);
  WorkerNode* PickWorker(const Fault& fault);
  void PauseAtWrite(WorkerNode* worker, absl::Duration length);
  void Pause(WorkerNode* worker, absl::Duration length);
  bool BeforeJobCall(Process* process, JobCall call);
  void StrikeAtProgress(WorkerNode* worker);
  bool IsSoFar(const Fault& fault, const v1::JobReport& report) const;
  int64_t PercentOf(const coordinator::Migration& row, const coordinator::Job& job,
                    const v1::JobReport& report) const;
  const std::string& PickRealm(const std::string& wanted);
  absl::Duration LengthOf(const Fault& fault);
  absl::Duration JumpOf(const Fault& fault);
  const MigrationSpec* FindMigration(const Fault& fault) const;
  void SpoilRecord(const Fault& fault, RealmStore* store);
  void LeaveRecords(const Fault& fault);
  void BackupAgain();
  std::vector<RealmStore*> StoresOf(const std::string& realm) const;

  World world_;
  std::vector<Fault> waiting_;                           // For a state or progress.
  int progress_awaited_ = 0;                             // How many of them wait for progress...
  std::map<MigrationKey, coordinator::Migration> rows_;  // ...and of what.
  std::map<Process*, AwaitedPause> pauses_;              // Of workers.
  bool restores_ = false;                                // A backup will be wanted.
  std::vector<std::shared_ptr<std::function<void()>>> undone_at_heal_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_CHAOS_H_
