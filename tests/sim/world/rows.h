// What becomes durable, told to everybody who watches.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_ROWS_H_
#define REALMSHIFT_TESTS_SIM_WORLD_ROWS_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"

#include "tests/sim/world/auditor.h"
#include "tests/sim/world/chaos.h"
#include "tests/sim/world/coordinator_node.h"
#include "tests/sim/world/edge_wire.h"
#include "tests/sim/world/ground.h"

namespace realm::sim {

// Writes rows down, counts the moves of the state table, and tells the auditor, the edge and chaos.
class Rows final : public RowWatcher {
 public:
  Rows(Ground* ground, Auditor* auditor) : ground_(ground), auditor_(auditor) {}
  void Tell(EdgeWire* edge, Chaos* chaos) {
    edge_ = edge;
    chaos_ = chaos;
  }
  void OnMigration(const coordinator::Migration& row) override;
  void OnTenant(const coordinator::Tenant& row) override { auditor_->OnTenant(row); }
  void OnRestore() override;

 private:
  // Of one migration, as it was when it was seen last.
  struct Seen {
    coordinator::State state = coordinator::State::kNone;
    uint64_t version = 0;
  };

  void Log(const coordinator::Migration& row);
  void CountMove(coordinator::State from, const coordinator::Migration& row);

  Ground* const ground_;
  Auditor* const auditor_;
  EdgeWire* edge_ = nullptr;
  Chaos* chaos_ = nullptr;
  absl::flat_hash_map<MigrationKey, Seen> seen_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_ROWS_H_
