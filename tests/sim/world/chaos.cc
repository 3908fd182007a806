#include "tests/sim/world/chaos.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "coordinator/core/view.h"

namespace realm::sim {

namespace {

// How long what the seed chooses lasts.
constexpr absl::Duration kLeastLength = absl::Seconds(1);
constexpr absl::Duration kMostLength = absl::Minutes(2);
// How long after its window a migration is still worth a fault.
constexpr absl::Duration kAftermath = absl::Minutes(20);
// The most that a wall clock is set wrong by.
constexpr absl::Duration kJumpMax = absl::Hours(3);

bool IsRare(FaultKind kind) {
  switch (kind) {
    // Each of these alone decides how a migration ends.
    case FaultKind::kPoisonRow:
    case FaultKind::kLeftovers:
    case FaultKind::kCancel:
    case FaultKind::kUninstall:
    case FaultKind::kClockJump:
    case FaultKind::kRestoreBackup:
      return true;
    default:
      return false;
  }
}

// Its next life is a new one for all migrations at once, so that fewer of these are enough.
bool EndsCoordinator(FaultKind kind) {
  return kind == FaultKind::kCrashCoordinator || kind == FaultKind::kTornWrite ||
         kind == FaultKind::kSyncError;
}

FaultKind DrawKind(const std::vector<FaultKind>& kinds, Random* random) {
  const auto draw = [&] {
    return kinds[static_cast<size_t>(random->Below(static_cast<int64_t>(kinds.size())))];
  };
  const FaultKind kind = draw();
  return EndsCoordinator(kind) && random->Chance(600) ? draw() : kind;
}

// Many short ones, and now and then a long one: were all long, nothing would ever be up.
absl::Duration MostlyShort(Random* random) {
  absl::Duration most = kMostLength;
  for (int i = 0; i < 3; ++i)
    most = random->Between(kLeastLength, most);
  return most;
}

}  // namespace

void Chaos::Start() {
  PlanScripted();
  PlanMix();
  if (restores_) BackupAgain();
}

void Chaos::BackupAgain() {
  world_.coordinator->disk().Backup();
  world_.ground->loop.After(absl::Minutes(5), nullptr, [this] {
    if (!world_.ground->healed) BackupAgain();
  });
}

void Chaos::PlanScripted() {
  for (const Fault& fault : world_.ground->scenario.faults) {
    restores_ |= fault.kind == FaultKind::kRestoreBackup;
    if (fault.when.kind != Trigger::Kind::kAt) {
      waiting_.push_back(fault);
      if (fault.when.kind == Trigger::Kind::kProgress) ++progress_awaited_;
      continue;
    }
    world_.ground->loop.After(fault.when.at, nullptr, [this, fault] { Happen(fault); });
  }
}

void Chaos::PlanMix() {
  Ground& ground = *world_.ground;
  const Scenario& scenario = ground.scenario;
  std::vector<FaultKind> on;
  for (const FaultKind kind : scenario.mix.kinds) {
    const bool chosen = ground.random.Chance(IsRare(kind) ? 100 : 500);
    if (chosen) on.push_back(kind);
    restores_ |= chosen && kind == FaultKind::kRestoreBackup;
  }
  if (on.empty()) return;
  const auto migrations = static_cast<int64_t>(scenario.migrations.size());
  const auto count =
      static_cast<int64_t>(scenario.mix.per_migration * static_cast<double>(migrations));
  for (int64_t i = 0; i < count; ++i) {
    const MigrationSpec& m =
        scenario.migrations[static_cast<size_t>(ground.random.Below(migrations))];
    Fault fault;
    fault.kind = DrawKind(on, &ground.random);
    fault.migration = m.id;
    fault.moment = static_cast<CrashMoment>(ground.random.Below(3));
    // Workers that stand still are to outlive their leases now and then: LengthOf.
    const bool zombie = fault.kind == FaultKind::kPauseWorker && ground.random.Chance(300);
    if (!zombie) fault.length = MostlyShort(&ground.random);
    // Where things happen: around the beginning of the window, in it, and after it.
    const absl::Duration last = std::min(m.window + kAftermath, scenario.faults_until);
    const absl::Duration at = ground.random.Chance(700)
                                  ? ground.random.Between(absl::ZeroDuration(), absl::Minutes(15))
                                  : ground.random.Between(absl::ZeroDuration(), last);
    ground.loop.After(m.window_at + at, nullptr, [this, fault] { Happen(fault); });
  }
}

void Chaos::Look(const coordinator::Migration& row) {
  if (progress_awaited_ > 0) rows_[row.key] = row;
  for (size_t i = 0; i < waiting_.size();) {
    const Fault& fault = waiting_[i];
    const bool concerns = fault.migration.empty() || fault.migration == row.key.migration.value();
    const bool due =
        concerns && fault.when.kind == Trigger::Kind::kState && fault.when.state == row.state;
    if (!due) {
      ++i;
      continue;
    }
    world_.ground->loop.After(fault.when.after, nullptr, [this, fault] { Happen(fault); });
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void Chaos::Happen(const Fault& fault, WorkerNode* subject) {
  if (world_.ground->healed) return;
  world_.ground->Log("fault", ToString(fault.kind));
  switch (fault.kind) {
    case FaultKind::kKillWorker:
    case FaultKind::kPauseWorker:
    case FaultKind::kRunTwice:
    case FaultKind::kDrainWorker:
      return HappenToWorker(fault, subject);
    case FaultKind::kPartition:
    case FaultKind::kOneWayIn:
    case FaultKind::kOneWayOut:
    case FaultKind::kCutData:
    case FaultKind::kDropCalls:
    case FaultKind::kDuplicateCalls:
    case FaultKind::kDelayCalls:
      return HappenToWire(fault);
    case FaultKind::kCrashCoordinator:
    case FaultKind::kRestoreBackup:
    case FaultKind::kTornWrite:
    case FaultKind::kSyncError:
    case FaultKind::kDiskFull:
    case FaultKind::kDiskSlow:
    case FaultKind::kSuspend:
      return HappenToCoordinator(fault);
    case FaultKind::kStoreDown:
    case FaultKind::kStoreError:
    case FaultKind::kStoreSlow:
    case FaultKind::kStoreFull:
    case FaultKind::kPoisonRow:
    case FaultKind::kGarble:
    case FaultKind::kLeftovers:
      return HappenToStore(fault);
    case FaultKind::kClockJump:
    case FaultKind::kCancel:
    case FaultKind::kUninstall:
    case FaultKind::kReinstall:
    case FaultKind::kRotateSecret:
    case FaultKind::kStraggler:
    case FaultKind::kConfirm:
    case FaultKind::kLateRollback:
      return HappenToPeople(fault);
  }
}

absl::Duration Chaos::LengthOf(const Fault& fault) {
  if (fault.length > absl::ZeroDuration()) return fault.length;
  if (fault.kind == FaultKind::kPauseWorker) {
    // Most outlive their lease.
    const absl::Duration lease = world_.ground->scenario.app.lease;
    return world_.ground->random.Between(lease / 2, 4 * lease);
  }
  return world_.ground->random.Between(kLeastLength, kMostLength);
}

absl::Duration Chaos::JumpOf(const Fault& fault) {
  if (fault.amount != absl::ZeroDuration()) return fault.amount;
  return world_.ground->random.Between(-kJumpMax, kJumpMax);
}

void Chaos::UndoAfter(absl::Duration length, std::function<void()> undo) {
  auto once = std::make_shared<std::function<void()>>(std::move(undo));
  undone_at_heal_.push_back(once);
  if (length == absl::InfiniteDuration()) return;
  world_.ground->loop.After(length, nullptr, [once] {
    if (*once) std::exchange(*once, nullptr)();
  });
}

void Chaos::Heal() {
  Ground& ground = *world_.ground;
  ground.healed = true;
  pauses_.clear();
  ground.Log("heal", "all");
  for (const auto& undo : std::exchange(undone_at_heal_, {})) {
    if (*undo) std::exchange(*undo, nullptr)();
  }
  ground.wires = Wires();
  world_.coordinator->disk().trouble() = DiskTrouble();
  for (const auto& [key, store] : world_.stores) {
    const std::string poison = store->trouble().poison;
    store->trouble() = RealmStore::Trouble();
    store->trouble().poison = poison;  // The record is what it is.
  }
  for (const auto& worker : *world_.workers) {
    worker->wall_offset() = absl::ZeroDuration();
    if (worker->process()->paused) ground.loop.Continue(worker->process());
    if (!worker->up()) worker->Start();
  }
  world_.edge->wall_offset() = absl::ZeroDuration();
  world_.coordinator->wall_offset() = absl::ZeroDuration();
  if (world_.coordinator->process()->paused) ground.loop.Continue(world_.coordinator->process());
  if (!world_.coordinator->up()) world_.coordinator->Start();
  world_.coordinator->Wake();
}

}  // namespace realm::sim
