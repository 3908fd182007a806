#include "tests/sim/scenario.h"

#include "common/check.h"

namespace realm::sim {
namespace {

struct KindWord {
  FaultKind kind;
  absl::string_view word;
};

constexpr KindWord kWords[] = {
    {FaultKind::kKillWorker, "kill_worker"},
    {FaultKind::kPauseWorker, "pause_worker"},
    {FaultKind::kRunTwice, "run_twice"},
    {FaultKind::kDrainWorker, "drain_worker"},
    {FaultKind::kPartition, "partition"},
    {FaultKind::kOneWayIn, "one_way_in"},
    {FaultKind::kOneWayOut, "one_way_out"},
    {FaultKind::kCutData, "cut_data"},
    {FaultKind::kDropCalls, "drop_calls"},
    {FaultKind::kDuplicateCalls, "duplicate_calls"},
    {FaultKind::kDelayCalls, "delay_calls"},
    {FaultKind::kCrashCoordinator, "crash_coordinator"},
    {FaultKind::kRestoreBackup, "restore_backup"},
    {FaultKind::kTornWrite, "torn_write"},
    {FaultKind::kSyncError, "sync_error"},
    {FaultKind::kDiskFull, "disk_full"},
    {FaultKind::kDiskSlow, "disk_slow"},
    {FaultKind::kStoreDown, "store_down"},
    {FaultKind::kStoreError, "store_error"},
    {FaultKind::kStoreSlow, "store_slow"},
    {FaultKind::kStoreFull, "store_full"},
    {FaultKind::kPoisonRow, "poison_row"},
    {FaultKind::kGarble, "garble"},
    {FaultKind::kLeftovers, "leftovers"},
    {FaultKind::kClockJump, "clock_jump"},
    {FaultKind::kSuspend, "suspend"},
    {FaultKind::kCancel, "cancel"},
    {FaultKind::kUninstall, "uninstall"},
    {FaultKind::kReinstall, "reinstall"},
    {FaultKind::kRotateSecret, "rotate_secret"},
    {FaultKind::kStraggler, "straggler"},
    {FaultKind::kConfirm, "confirm"},
    {FaultKind::kLateRollback, "late_rollback"},
};

}  // namespace

absl::string_view ToString(FaultKind kind) {
  for (const KindWord& entry : kWords)
    if (entry.kind == kind) return entry.word;
  REALM_CHECK(false);
  return "";
}

std::optional<FaultKind> FaultKindFrom(absl::string_view word) {
  for (const KindWord& entry : kWords)
    if (entry.word == word) return entry.kind;
  return std::nullopt;
}

const std::vector<FaultKind>& AllFaultKinds() {
  static const auto* all = [] {
    auto* kinds = new std::vector<FaultKind>;
    for (const KindWord& entry : kWords)
      kinds->push_back(entry.kind);
    return kinds;
  }();
  return *all;
}

const RealmSpec* FindRealm(const Scenario& scenario, absl::string_view code) {
  for (const RealmSpec& realm : scenario.realms)
    if (realm.code == code) return &realm;
  return nullptr;
}

const TenantSpec* FindTenant(const Scenario& scenario, absl::string_view id) {
  for (const TenantSpec& tenant : scenario.tenants)
    if (tenant.id == id) return &tenant;
  return nullptr;
}

}  // namespace realm::sim
