// The coordinator's process: the real engine, its turns one after the other, on a disk that stays
// when it dies.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_COORDINATOR_NODE_H_
#define REALMSHIFT_TESTS_SIM_WORLD_COORDINATOR_NODE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/engine/engine.h"
#include "tests/sim/world/fiber.h"
#include "tests/sim/world/ground.h"
#include "tests/sim/world/sim_clock.h"
#include "tests/sim/world/sim_disk.h"

namespace realm::sim {

// Sees rows once they can be seen from outside.
class RowWatcher {
 public:
  virtual ~RowWatcher() = default;
  virtual void OnMigration(const coordinator::Migration& row) = 0;
  virtual void OnTenant(const coordinator::Tenant& row) = 0;
  // The coordinator was restored from a backup: what it knew since is lost.
  virtual void OnRestore() = 0;
};

class CoordinatorNode {
 public:
  CoordinatorNode(Ground* ground, RowWatcher* watcher, coordinator::Policy policy);
  ~CoordinatorNode();

  void Start();
  // Dies at once, and starts again after `down_for`. One that ends itself is started again by
  // whoever looks after it, sooner or later.
  void Kill(absl::string_view why, absl::Duration down_for);
  // The same, and starts again on a backup at least so old.
  void Restore(absl::Duration age, absl::Duration down_for);
  bool up() const { return process_.up; }
  Process* process() { return &process_; }
  SimDisk& disk() { return disk_; }
  absl::Duration& wall_offset() { return wall_offset_; }
  // REQUIRES: up.
  coordinator::Engine* engine() { return engine_.get(); }
  // All migrations. REQUIRES: up.
  std::vector<coordinator::MigrationPtr> rows() const { return engine_->book().AllMigrations(); }

  // The engine has something to do. Whoever calls the engine calls this too.
  void Wake();

  // Called when a life begins or ends.
  void OnChange(std::function<void()> changed) { changed_ = std::move(changed); }

 private:
  void WakeAfter(absl::Duration after);
  absl::StatusOr<std::unique_ptr<coordinator::Engine>> Open();
  void RunTurns(uint64_t life);
  void TurnByTurn(uint64_t life);
  void Resume();
  void PublishAll();
  bool PublishNews();
  void WatchForSpinning(bool news, absl::Duration patience);
  void Bury(absl::Duration down_for);

  Ground* const ground_;
  RowWatcher* const watcher_;
  const coordinator::Policy policy_;
  Process process_;
  absl::Duration wall_offset_;
  SimDisk disk_;
  std::unique_ptr<SimClock> clock_;
  std::unique_ptr<SimDiskStore> store_;
  std::unique_ptr<coordinator::Engine> engine_;
  std::shared_ptr<coordinator::Backlog<coordinator::Migration>> migrations_;
  std::shared_ptr<coordinator::Backlog<coordinator::Tenant>> tenants_;
  std::unique_ptr<Fiber> turns_;
  bool waiting_ = false;  // The fiber waits for something to do.
  bool asked_ = false;    // Somebody else has called the engine since the last turn began.
  int idle_turns_ = 0;    // In a row, each without a pause and without any effect.
  absl::Duration wake_at_ = absl::InfiniteDuration();
  std::function<void()> changed_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_COORDINATOR_NODE_H_
