// Each program is killed, freezes for longer than a lease, or fails, at each named place, at each
// phase of a move and of each way back. Whatever happens and wherever: the move ends right, and
// every record is in one realm once.
//
// The points of one instance share a system and the clusters, and each has a tenant of its own;
// CMake runs them in one process.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "common/failpoint.h"
#include "tests/e2e/running_system.h"
#include "tests/support/eventually.h"

namespace realm::e2e {
namespace {

// What the platform does with the tenant.
enum class Journey {
  kMove,
  // The app deletes a record that was copied, before the platform commits.
  kMoveAfterDeletion,
  kBackWhileCopying,
  kBackWhenReady,
  kBackWhenCommitting
};

// As in REALM_FAILPOINTS.
constexpr absl::string_view kKill = "kill";
constexpr absl::string_view kStop = "stop";
constexpr absl::string_view kError = "error";

// Where something happens to a program, what, and how it is brought there.
struct Fault {
  StoreKind stores;
  absl::string_view program;
  absl::string_view failpoint;
  // The hook before which it is armed; "install" is the tenant's installation.
  absl::string_view armed_before = "start";
  Journey journey = Journey::kMove;
  int at = 1;
  absl::string_view action = kKill;
};

bool IsMove(Journey journey) {
  return journey == Journey::kMove || journey == Journey::kMoveAfterDeletion;
}

std::string NameOf(const Fault& fault) {
  const std::string name =
      absl::StrCat(fault.stores == StoreKind::kRocksdb ? "rocksdb" : "postgres", "_", fault.program,
                   "_", fault.failpoint, "_", fault.at == 1 ? "" : absl::StrCat(fault.at, "_"),
                   "from_", fault.armed_before, IsMove(fault.journey) ? "" : "_and_back");
  return absl::StrReplaceAll(name, {{".", "_"}, {"-", "_"}});
}

std::ostream& operator<<(std::ostream& out, const Fault& fault) {
  return out << NameOf(fault) << " " << fault.action;
}

// Every page of a tenant is smaller.
constexpr int64_t kRecordsInPageMax = 2500;
// Control rows that a move writes in an embedded store.
constexpr int64_t kControlWritesMax = 200;
// A frozen worker loses its lease.
constexpr absl::Duration kSleep = absl::Milliseconds(1500);

class FailpointMatrix : public testing::TestWithParam<Fault> {
 protected:
  static void TearDownTestSuite() { Systems().clear(); }

  static std::map<StoreKind, std::unique_ptr<RunningSystem>>& Systems() {
    static auto* systems = new std::map<StoreKind, std::unique_ptr<RunningSystem>>;
    return *systems;
  }

  FailpointMatrix() : running_(SystemFor(GetParam().stores)) {
    static int number = 0;
    tenant_ = absl::StrCat("tenant-", ++number);
    writes_ = running_.CountWrites("EU");
    reached_before_ = CountReached();
    ArmBefore("install");
    running_.AddTenant(tenant_);
    running_.Start();
  }

  static RunningSystem& SystemFor(StoreKind kind) {
    std::unique_ptr<RunningSystem>& system = Systems()[kind];
    SystemOptions options;
    options.stores = kind;
    if (GetParam().action == kStop) options.sleep = kSleep;
    if (system == nullptr) system = std::make_unique<RunningSystem>(options);
    return *system;
  }

  void ArmBefore(absl::string_view hook) {
    if (hook != GetParam().armed_before) return;
    running_.Arm(GetParam().program,
                 absl::StrCat(GetParam().failpoint, "=", GetParam().action, "@", GetParam().at));
  }

  size_t CountReached() { return running_.LogOf(GetParam().program, "failpoint").size(); }
  bool WasReached() { return CountReached() > reached_before_; }

  void Send(absl::string_view hook, absl::string_view answer) {
    ArmBefore(hook);
    EXPECT_EQ(running_.Send(tenant_, hook), answer);
  }

  void Reach(absl::string_view word) {
    ASSERT_TRUE(running_.PollUntil(tenant_, word)) << word << " was never reached";
  }

  void Move() {
    Send("commit", "committing");
    ArmBefore("seen");
    running_.ReportTraffic(tenant_);
    Reach("committed");
    EXPECT_EQ(running_.WhyNotMoved(tenant_), "");
  }

  void GoBack() {
    Send("rollback", "rolling-back");
    Reach("rolled-back");
    EXPECT_EQ(running_.WhyNotBack(tenant_), "");
  }

  RunningSystem& running_;
  std::string tenant_;
  int64_t writes_ = 0;
  size_t reached_before_ = 0;
};

TEST_P(FailpointMatrix, NothingIsLost) {
  const Journey journey = GetParam().journey;
  Send("schedule", "scheduled");
  Send("start", "copying");
  if (journey == Journey::kBackWhileCopying) {
    // Before that there may be nothing to undo.
    ASSERT_TRUE(Eventually([&] { return WasReached(); }, kPatience));
    GoBack();
  } else {
    Reach("ready-to-commit");
    if (journey == Journey::kMoveAfterDeletion) running_.DeleteRecord(tenant_);
    if (journey == Journey::kBackWhenCommitting) Send("commit", "committing");
    IsMove(journey) ? Move() : GoBack();
  }
  EXPECT_TRUE(WasReached()) << "the place was not reached";
  if (journey != Journey::kMove || GetParam().action == kStop) return;
  // Ended once, a copy writes one transaction of the store again: a page, or a batch of pages.
  const int64_t repeated = running_.CountWrites("EU") - writes_ - running_.records(tenant_);
  const bool pages = GetParam().stores == StoreKind::kRocksdb;
  EXPECT_LE(repeated, pages ? kRecordsInPageMax + kControlWritesMax : running_.records(tenant_));
}

std::vector<Fault> FaultsOfWorkers(StoreKind stores) {
  std::vector<Fault> faults;
  const auto add = [&](absl::string_view program, absl::string_view armed_before, Journey journey,
                       std::vector<absl::string_view> failpoints) {
    for (const absl::string_view failpoint : failpoints)
      faults.push_back({stores, program, failpoint, armed_before, journey});
  };
  // The first copy.
  add(kTarget, "start", Journey::kMove,
      {"copy.after-raise", "copy.after-gates", "copy.before-write", "copy.after-first-page",
       "copy.after-page", "copy.after-fill", "copy.after-range", "copy.before-sync",
       "copy.after-sync", "copy.before-report"});
  faults.push_back({stores, kTarget, "copy.after-page", "start", Journey::kMove, 3});
  add(kSource, "start", Journey::kMove,
      {"serve.before-page", "serve.after-message", "serve.before-digest"});
  // Only the embedded stores' app has a transfer that does not block.
  if (stores == StoreKind::kRocksdb)
    add(kTarget, "start", Journey::kMove, {"close.before-gate", "close.before-report"});
  // The last copy, under the seal, and the opening.
  add(kTarget, "commit", Journey::kMove,
      {"copy.after-raise", "copy.before-seal", "copy.after-seal", "copy.after-range",
       "copy.after-sync", "copy.before-report", "open.after-raise", "open.before-report"});
  add(kSource, "commit", Journey::kMove, {"serve.before-seal", "serve.after-seal"});
  add(kTarget, "commit", Journey::kMoveAfterDeletion, {"copy.after-repair-erase"});
  // The purge.
  add(kSource, "seen", Journey::kMove,
      {"purge.after-raise", "purge.after-check-range", "purge.before-erase", "purge.before-range",
       "purge.after-range", "purge.before-proof", "purge.before-report"});
  faults.push_back({stores, kSource, "purge.after-range", "seen", Journey::kMove, 2});
  // The ways back.
  add(kTarget, "rollback", Journey::kBackWhenReady,
      {"rollback.after-raise", "rollback.before-range", "rollback.after-range",
       "rollback.before-proof", "rollback.before-report"});
  add(kTarget, "start", Journey::kBackWhileCopying, {"copy.after-page"});
  add(kSource, "rollback", Journey::kBackWhenCommitting,
      {"open.after-raise", "open.before-report"});
  return faults;
}

// Around each hook. They do not know what the stores are.
std::vector<Fault> FaultsOfOthers() {
  const StoreKind stores = StoreKind::kPostgres;
  std::vector<Fault> faults;
  for (const absl::string_view hook : {"schedule", "start", "commit", "seen", "rollback"}) {
    const Journey journey = hook == "rollback" ? Journey::kBackWhenCommitting : Journey::kMove;
    for (const absl::string_view failpoint :
         {"coordinator.before-apply", "coordinator.after-apply", "coordinator.after-answer"})
      faults.push_back({stores, kCoordinator, failpoint, hook, journey});
    if (hook == "seen") continue;
    for (const absl::string_view failpoint : {"edge.before-forward", "edge.after-forward"})
      faults.push_back({stores, kEdge, failpoint, hook, journey});
  }
  // Leases and reports, between the hooks.
  for (const int at : {2, 3, 5})
    faults.push_back(
        {stores, kCoordinator, "coordinator.after-apply", "start", Journey::kMove, at});
  for (const absl::string_view failpoint : {"edge.before-install", "edge.after-install"})
    faults.push_back({stores, kEdge, failpoint, "install"});
  faults.push_back({stores, kEdge, "edge.after-status", "start"});
  return faults;
}

// Both of the above with another action, by a store each place is reached with.
std::vector<Fault> AllWith(absl::string_view action) {
  std::vector<Fault> faults = FaultsOfWorkers(StoreKind::kPostgres);
  for (const Fault& fault : FaultsOfWorkers(StoreKind::kRocksdb)) {
    if (absl::StartsWith(fault.failpoint, "close.")) faults.push_back(fault);
  }
  for (const Fault& fault : FaultsOfOthers())
    faults.push_back(fault);
  if (action == kError) {
    faults.erase(std::remove_if(faults.begin(), faults.end(),
                                [](const Fault& fault) { return fault.failpoint == kCannotFail; }),
                 faults.end());
  }
  for (Fault& fault : faults)
    fault.action = action;
  return faults;
}

TEST(FailpointListTest, EachIsInTheMatrixWithEachAction) {
  for (const absl::string_view action : {kKill, kStop, kError}) {
    std::set<absl::string_view> there;
    for (const Fault& fault : AllWith(action))
      there.insert(fault.failpoint);
    for (const absl::string_view failpoint : kFailpoints) {
      const bool possible = action != kError || failpoint != kCannotFail;
      EXPECT_EQ(there.count(failpoint) == 1, possible) << failpoint << " " << action;
    }
  }
}

std::string ParamName(const testing::TestParamInfo<Fault>& fault) {
  return NameOf(fault.param);
}

// The first three kill.
INSTANTIATE_TEST_SUITE_P(Rocksdb, FailpointMatrix,
                         testing::ValuesIn(FaultsOfWorkers(StoreKind::kRocksdb)), ParamName);
INSTANTIATE_TEST_SUITE_P(Postgres, FailpointMatrix,
                         testing::ValuesIn(FaultsOfWorkers(StoreKind::kPostgres)), ParamName);
INSTANTIATE_TEST_SUITE_P(Hooks, FailpointMatrix, testing::ValuesIn(FaultsOfOthers()), ParamName);
INSTANTIATE_TEST_SUITE_P(Stop, FailpointMatrix, testing::ValuesIn(AllWith(kStop)), ParamName);
INSTANTIATE_TEST_SUITE_P(Error, FailpointMatrix, testing::ValuesIn(AllWith(kError)), ParamName);

}  // namespace
}  // namespace realm::e2e
