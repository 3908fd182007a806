// What each kind of fault does to wires, disks, stores and people. Workers: chaos_workers.cc.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "coordinator/core/view.h"
#include "tests/sim/world/chaos.h"

namespace realm::sim {

const std::string& Chaos::PickRealm(const std::string& wanted) {
  const auto& realms = world_.ground->scenario.realms;
  if (!wanted.empty()) return wanted;
  return realms[static_cast<size_t>(
                    world_.ground->random.Below(static_cast<int64_t>(realms.size())))]
      .code;
}

std::vector<RealmStore*> Chaos::StoresOf(const std::string& realm) const {
  const RealmSpec* spec = FindRealm(world_.ground->scenario, realm);
  std::vector<RealmStore*> out;
  for (const auto& [key, store] : world_.stores) {
    if (key.first == (spec->store.empty() ? spec->code : spec->store)) out.push_back(store);
  }
  return out;
}

void Chaos::HappenToWire(const Fault& fault) {
  Ground& ground = *world_.ground;
  const std::string realm = PickRealm(fault.realm);
  const absl::Duration length = LengthOf(fault);
  const int rate = fault.rate > 0 ? static_cast<int>(fault.rate * 1000)
                                  : static_cast<int>(ground.random.Between(10, 300));
  const auto count = [&](std::map<std::string, int> Wires::*side) {
    ++(ground.wires.*side)[realm];
    UndoAfter(length, [&ground, side, realm] { --(ground.wires.*side)[realm]; });
  };
  ground.CountFault(ToString(fault.kind));
  switch (fault.kind) {
    case FaultKind::kPartition:
      count(&Wires::deaf_in);
      return count(&Wires::deaf_out);
    case FaultKind::kOneWayIn:
      return count(&Wires::deaf_in);
    case FaultKind::kOneWayOut:
      return count(&Wires::deaf_out);
    case FaultKind::kCutData:
      return count(&Wires::data_cut);
    case FaultKind::kDropCalls:
      ground.wires.lost += rate;
      return UndoAfter(length, [&ground, rate] { ground.wires.lost -= rate; });
    case FaultKind::kDuplicateCalls:
      ground.wires.doubled += rate;
      return UndoAfter(length, [&ground, rate] { ground.wires.doubled -= rate; });
    default: {
      const absl::Duration slow =
          fault.amount > absl::ZeroDuration() ? fault.amount : absl::Seconds(rate / 10);
      ground.wires.slow += slow;
      return UndoAfter(length, [&ground, slow] { ground.wires.slow -= slow; });
    }
  }
}

void Chaos::HappenToCoordinator(const Fault& fault) {
  Ground& ground = *world_.ground;
  CoordinatorNode& coordinator = *world_.coordinator;
  DiskTrouble& disk = coordinator.disk().trouble();
  const absl::Duration length = LengthOf(fault);
  switch (fault.kind) {
    case FaultKind::kCrashCoordinator:
      if (fault.moment == CrashMoment::kBeforeNextWrite) disk.crash_before = true;
      if (fault.moment == CrashMoment::kAfterNextWrite) disk.crash_after = true;
      if (fault.moment != CrashMoment::kNow) return;
      ground.CountFault("crash-coordinator");
      return coordinator.Kill("killed", length);
    case FaultKind::kRestoreBackup:
      ground.CountFault("restore-backup");
      return coordinator.Restore(
          fault.amount > absl::ZeroDuration()
              ? fault.amount
              : ground.random.Between(absl::ZeroDuration(), absl::Minutes(30)),
          length);
    case FaultKind::kTornWrite:
      disk.crash_before = true;
      return;
    case FaultKind::kSyncError:
      disk.sync_error = true;
      return;
    case FaultKind::kDiskFull:
      ++disk.full;
      coordinator.Wake();
      return UndoAfter(length, [&disk] { disk.full = std::max(0, disk.full - 1); });
    case FaultKind::kDiskSlow: {
      const absl::Duration slow =
          fault.amount > absl::ZeroDuration()
              ? fault.amount
              : ground.random.Between(absl::Milliseconds(10), absl::Seconds(3));
      disk.slow += slow;
      return UndoAfter(
          length, [&disk, slow] { disk.slow = std::max(absl::ZeroDuration(), disk.slow - slow); });
    }
    default:  // kSuspend
      if (!coordinator.up()) return;
      ground.CountFault("suspend");
      ground.loop.Pause(coordinator.process());
      return UndoAfter(length, [&ground, &coordinator, life = coordinator.process()->life] {
        if (coordinator.process()->paused && coordinator.process()->life == life) {
          ground.loop.Continue(coordinator.process());
        }
      });
  }
}

void Chaos::HappenToStore(const Fault& fault) {
  if (fault.kind == FaultKind::kLeftovers) return LeaveRecords(fault);
  Ground& ground = *world_.ground;
  const std::string realm = PickRealm(fault.realm);
  const std::vector<RealmStore*> stores = StoresOf(realm);
  const absl::Duration length = LengthOf(fault);
  const int rate = fault.rate > 0 ? static_cast<int>(fault.rate * 1000)
                                  : static_cast<int>(ground.random.Between(20, 300));
  const absl::Duration slow = fault.amount > absl::ZeroDuration()
                                  ? fault.amount
                                  : ground.random.Between(absl::Milliseconds(10), absl::Seconds(5));
  if (fault.kind != FaultKind::kStoreError && fault.kind != FaultKind::kStoreSlow) {
    ground.CountFault(ToString(fault.kind));
  }
  for (RealmStore* store : stores) {
    RealmStore::Trouble& trouble = store->trouble();
    switch (fault.kind) {
      case FaultKind::kStoreDown:
        ++trouble.down;
        UndoAfter(length, [&trouble] { trouble.down = std::max(0, trouble.down - 1); });
        break;
      case FaultKind::kStoreFull:
        ++trouble.full;
        UndoAfter(length, [&trouble] { trouble.full = std::max(0, trouble.full - 1); });
        break;
      case FaultKind::kStoreError:
        trouble.errors += rate;
        UndoAfter(length,
                  [&trouble, rate] { trouble.errors = std::max(0, trouble.errors - rate); });
        break;
      case FaultKind::kStoreSlow:
        trouble.slow += slow;
        UndoAfter(length, [&trouble, slow] {
          trouble.slow = std::max(absl::ZeroDuration(), trouble.slow - slow);
        });
        break;
      default:
        SpoilRecord(fault, store);
        break;
    }
  }
}

const MigrationSpec* Chaos::FindMigration(const Fault& fault) const {
  for (const MigrationSpec& m : world_.ground->scenario.migrations) {
    if (fault.migration.empty() || m.id == fault.migration) return &m;
  }
  return nullptr;
}

// kPoisonRow, kGarble: one record of the tenant that moves.
void Chaos::SpoilRecord(const Fault& fault, RealmStore* store) {
  const MigrationSpec* spec = FindMigration(fault);
  if (spec == nullptr) return;
  const auto& latest = world_.auditor->LatestOf(spec->tenant, store->dataset());
  if (latest.empty()) return;
  const auto pick =
      std::next(latest.begin(), world_.ground->random.Below(static_cast<int64_t>(latest.size())));
  if (fault.kind == FaultKind::kPoisonRow) store->trouble().poison = pick->first;
  if (fault.kind == FaultKind::kGarble) store->trouble().garble = pick->first;
}

// Before the gate is closed: behind it nobody but the copy can write.
void Chaos::LeaveRecords(const Fault& fault) {
  const MigrationSpec* spec = FindMigration(fault);
  if (spec == nullptr) return;
  // Where the platform sends it, and where its data still is.
  std::vector<RealmStore*> at_home = StoresOf(world_.auditor->HomeOf(spec->tenant));
  const std::vector<RealmStore*> kept = StoresOf(world_.auditor->KeeperOf(spec->tenant));
  at_home.insert(at_home.end(), kept.begin(), kept.end());
  const std::string realm = fault.realm.empty() ? spec->target : fault.realm;
  for (RealmStore* store : StoresOf(realm)) {
    const bool lives_here = std::find(at_home.begin(), at_home.end(), store) != at_home.end();
    const bool closed = store->Find(spec->tenant)->control.access == worker::Access::kClosed;
    if (lives_here || closed) continue;
    world_.ground->CountFault(ToString(fault.kind));
    const int64_t count = world_.ground->random.Between(1, 3);
    for (int64_t i = 0; i < count; ++i)
      store->Leave(spec->tenant, absl::StrCat("left-", i), "whose?");
  }
}

void Chaos::HappenToPeople(const Fault& fault) {
  Ground& ground = *world_.ground;
  const MigrationSpec* spec = FindMigration(fault);
  if (spec == nullptr) return;
  ground.CountFault(ToString(fault.kind));
  switch (fault.kind) {
    case FaultKind::kCancel:
      return world_.platform->Cancel(spec->id);
    case FaultKind::kUninstall:
      return world_.edge->Uninstall(spec->tenant);
    case FaultKind::kReinstall:
      world_.edge->Uninstall(spec->tenant);
      ground.loop.After(LengthOf(fault), nullptr, [this, spec] {
        world_.edge->Install(spec->tenant, world_.platform->RouteOf(spec->tenant));
      });
      return;
    case FaultKind::kRotateSecret:
      return world_.edge->RotateSecret(
          spec->tenant, [this, spec] { return world_.platform->RouteOf(spec->tenant); });
    case FaultKind::kStraggler: {
      for (const RealmSpec& realm : ground.scenario.realms) {
        if (!world_.platform->HasJustLeft(spec->tenant, realm.code)) continue;
        world_.tenants->Visit(*FindTenant(ground.scenario, spec->tenant), realm.code, true);
      }
      return;
    }
    case FaultKind::kConfirm:
      return world_.person->LookAround();
    case FaultKind::kLateRollback:
      return world_.person->RollBackTooLate(*spec);
    default: {  // kClockJump
      const absl::Duration jump = JumpOf(fault);
      if (fault.realm.empty() && ground.random.Chance(500)) {
        world_.coordinator->wall_offset() += jump;
        return world_.coordinator->Wake();
      }
      if (fault.realm.empty() && ground.random.Chance(300)) {
        world_.edge->wall_offset() += jump;
        return;
      }
      WorkerNode* worker = PickWorker(fault);
      if (worker != nullptr) worker->wall_offset() += jump;
    }
  }
}

}  // namespace realm::sim
