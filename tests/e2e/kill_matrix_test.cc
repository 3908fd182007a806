// SIGKILL of each program at each named place, at each phase of a move and of each way back, with
// both kinds of stores. Whatever dies and wherever: the move ends right, and every record is in one
// realm once.
//
// The points of one kind of store share a system and the clusters, and each has a tenant of its
// own; CMake runs them in one process.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "tests/e2e/running_system.h"
#include "tests/support/eventually.h"

namespace realm::e2e {
namespace {

// What the platform does with the tenant.
enum class Journey { kMove, kBackWhileCopying, kBackWhenReady, kBackWhenCommitting };

// Where a program dies, and how it is brought there.
struct Death {
  StoreKind stores;
  absl::string_view program;
  absl::string_view failpoint;
  // The hook before which it is armed; "install" is the tenant's installation.
  absl::string_view armed_before = "start";
  Journey journey = Journey::kMove;
  int at = 1;
};

std::string NameOf(const Death& death) {
  const std::string name =
      absl::StrCat(death.stores == StoreKind::kRocksdb ? "rocksdb" : "postgres", "_", death.program,
                   "_", death.failpoint, "_", death.at == 1 ? "" : absl::StrCat(death.at, "_"),
                   "from_", death.armed_before, death.journey == Journey::kMove ? "" : "_and_back");
  return absl::StrReplaceAll(name, {{".", "_"}, {"-", "_"}});
}

std::ostream& operator<<(std::ostream& out, const Death& death) {
  return out << NameOf(death);
}

// Every page of a tenant is smaller.
constexpr int64_t kRecordsInPageMax = 2500;
// Control rows that a move writes in an embedded store.
constexpr int64_t kControlWritesMax = 200;

class KillMatrix : public testing::TestWithParam<Death> {
 protected:
  static void TearDownTestSuite() { Systems().clear(); }

  static std::map<StoreKind, std::unique_ptr<RunningSystem>>& Systems() {
    static auto* systems = new std::map<StoreKind, std::unique_ptr<RunningSystem>>;
    return *systems;
  }

  KillMatrix() : running_(SystemFor(GetParam().stores)) {
    static int number = 0;
    tenant_ = absl::StrCat("tenant-", ++number);
    writes_ = running_.CountWrites("EU");
    revivals_ = running_.revivals();
    ArmBefore("install");
    running_.AddTenant(tenant_);
    running_.Start();
  }

  static RunningSystem& SystemFor(StoreKind kind) {
    std::unique_ptr<RunningSystem>& system = Systems()[kind];
    SystemOptions options;
    options.stores = kind;
    if (system == nullptr) system = std::make_unique<RunningSystem>(options);
    return *system;
  }

  void ArmBefore(absl::string_view hook) {
    if (hook != GetParam().armed_before) return;
    running_.Arm(GetParam().program, absl::StrCat(GetParam().failpoint, "=kill@", GetParam().at));
  }

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
  int revivals_ = 0;
};

TEST_P(KillMatrix, NothingIsLost) {
  const Journey journey = GetParam().journey;
  Send("schedule", "scheduled");
  Send("start", "copying");
  if (journey == Journey::kBackWhileCopying) {
    // Before that there may be nothing to undo.
    ctl::Child& program = running_.system().child(GetParam().program);
    ASSERT_TRUE(Eventually([&] { return program.Poll().has_value(); }, kPatience));
    GoBack();
  } else {
    Reach("ready-to-commit");
    if (journey == Journey::kBackWhenCommitting) Send("commit", "committing");
    journey == Journey::kMove ? Move() : GoBack();
  }
  EXPECT_GE(running_.revivals(), revivals_ + 1) << "the place was not reached";
  if (journey != Journey::kMove) return;
  // Killed once, a copy writes one transaction of the store again: a page, or a batch of pages.
  const int64_t repeated = running_.CountWrites("EU") - writes_ - running_.records(tenant_);
  const bool pages = GetParam().stores == StoreKind::kRocksdb;
  EXPECT_LE(repeated, pages ? kRecordsInPageMax + kControlWritesMax : running_.records(tenant_));
}

std::vector<Death> DeathsOfWorkers(StoreKind stores) {
  std::vector<Death> deaths;
  const auto add = [&](absl::string_view program, absl::string_view armed_before, Journey journey,
                       std::vector<absl::string_view> failpoints) {
    for (const absl::string_view failpoint : failpoints)
      deaths.push_back({stores, program, failpoint, armed_before, journey});
  };
  // The first copy.
  add(kTarget, "start", Journey::kMove,
      {"copy.after-raise", "copy.after-gates", "copy.before-write", "copy.after-first-page",
       "copy.after-page", "copy.after-fill", "copy.after-range", "copy.before-sync",
       "copy.after-sync", "copy.before-report"});
  deaths.push_back({stores, kTarget, "copy.after-page", "start", Journey::kMove, 3});
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
  // The purge.
  add(kSource, "seen", Journey::kMove,
      {"purge.after-raise", "purge.after-check-range", "purge.before-erase", "purge.before-range",
       "purge.after-range", "purge.before-proof", "purge.before-report"});
  deaths.push_back({stores, kSource, "purge.after-range", "seen", Journey::kMove, 2});
  // The ways back.
  add(kTarget, "rollback", Journey::kBackWhenReady,
      {"rollback.after-raise", "rollback.before-range", "rollback.after-range",
       "rollback.before-proof", "rollback.before-report"});
  add(kTarget, "start", Journey::kBackWhileCopying, {"copy.after-page"});
  add(kSource, "rollback", Journey::kBackWhenCommitting,
      {"open.after-raise", "open.before-report"});
  return deaths;
}

// Around each hook. They do not know what the stores are.
std::vector<Death> DeathsOfOthers() {
  const StoreKind stores = StoreKind::kPostgres;
  std::vector<Death> deaths;
  for (const absl::string_view hook : {"schedule", "start", "commit", "seen", "rollback"}) {
    const Journey journey = hook == "rollback" ? Journey::kBackWhenCommitting : Journey::kMove;
    for (const absl::string_view failpoint :
         {"coordinator.before-apply", "coordinator.after-apply", "coordinator.after-answer"})
      deaths.push_back({stores, kCoordinator, failpoint, hook, journey});
    if (hook == "seen") continue;
    for (const absl::string_view failpoint : {"edge.before-forward", "edge.after-forward"})
      deaths.push_back({stores, kEdge, failpoint, hook, journey});
  }
  // Leases and reports, between the hooks.
  for (const int at : {2, 3, 5})
    deaths.push_back(
        {stores, kCoordinator, "coordinator.after-apply", "start", Journey::kMove, at});
  for (const absl::string_view failpoint : {"edge.before-install", "edge.after-install"})
    deaths.push_back({stores, kEdge, failpoint, "install"});
  deaths.push_back({stores, kEdge, "edge.after-status", "start"});
  return deaths;
}

std::string ParamName(const testing::TestParamInfo<Death>& death) {
  return NameOf(death.param);
}

INSTANTIATE_TEST_SUITE_P(Rocksdb, KillMatrix,
                         testing::ValuesIn(DeathsOfWorkers(StoreKind::kRocksdb)), ParamName);
INSTANTIATE_TEST_SUITE_P(Postgres, KillMatrix,
                         testing::ValuesIn(DeathsOfWorkers(StoreKind::kPostgres)), ParamName);
INSTANTIATE_TEST_SUITE_P(Hooks, KillMatrix, testing::ValuesIn(DeathsOfOthers()), ParamName);

}  // namespace
}  // namespace realm::e2e
