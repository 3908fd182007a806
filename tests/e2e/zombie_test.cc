// A worker is frozen in the middle of its work, another does the work, and then the first wakes up.
// The store itself refuses what it still wants to write or delete, and both say how often.
//
// With postgres: a store of rocksdb is held by one process, so that a second worker of the realm
// cannot even open it while the frozen one lives.

#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "absl/strings/str_cat.h"

#include "tests/e2e/running_system.h"
#include "tests/support/eventually.h"

namespace realm::e2e {
namespace {

class ZombieTest : public testing::Test {
 protected:
  ZombieTest() : running_(Options()) {
    running_.AddTenant(kTenant);
    // The second worker of each realm comes when it is needed.
    running_.HoldBack("us-2");
    running_.HoldBack("eu-2");
  }

  static SystemOptions Options() {
    SystemOptions options;
    options.stores = StoreKind::kPostgres;
    options.workers_per_realm = 2;
    return options;
  }

  // Starts the move with a worker that freezes itself at `failpoint`.
  void Begin(absl::string_view worker, absl::string_view failpoint) {
    zombie_ = std::string(worker);
    running_.SetFailpoints(worker, absl::StrCat(failpoint, "=stop"));
    running_.Start();
    running_.HoldBack(worker);
    running_.Send(kTenant, "schedule");
    EXPECT_EQ(running_.Send(kTenant, "start"), "copying");
  }

  void CommitWhenReady() {
    ASSERT_TRUE(running_.PollUntil(kTenant, "ready-to-commit"));
    EXPECT_EQ(running_.Send(kTenant, "commit"), "committing");
    running_.ReportTraffic(kTenant);
  }

  void AwaitFrozen() {
    ASSERT_TRUE(Eventually([this] { return running_.IsStopped(zombie_); }, kPatience));
  }

  void StartAnother(absl::string_view worker) {
    ASSERT_TRUE(running_.system().Start(worker).ok());
    running_.Release(worker);
  }

  // It finishes what it was doing, as far as it is let.
  void Wake() {
    const size_t finished = running_.LogOf(zombie_, "job finished").size();
    const size_t started = running_.LogOf(zombie_, "job started").size();
    ASSERT_LT(finished, started);
    running_.system().child(zombie_).Signal(SIGCONT);
    ASSERT_TRUE(Eventually(
        [&] { return running_.LogOf(zombie_, "job finished").size() >= started; }, kPatience));
  }

  void ExpectRefused() {
    EXPECT_GE(running_.SumInLog(zombie_, "job finished", "fenced"), 1);
    EXPECT_TRUE(Eventually([this] { return RefusedToZombie() >= 1; }));
  }

  // As an operator sees it.
  int64_t RefusedToZombie() {
    const auto connection = running_.system().Connect();
    const auto workers =
        (*connection)->Call((*connection)->admin(), &v1::AdminService::Stub::ListWorkers, {});
    int64_t refused = 0;
    if (!workers.ok()) return refused;
    for (const v1::Worker& worker : workers->workers()) {
      if (worker.worker_id() == zombie_) refused += worker.fenced_count();
    }
    return refused;
  }

  RunningSystem running_;
  std::string zombie_;
};

TEST_F(ZombieTest, AFrozenCopyThatAnotherHasFinishedWritesNothing) {
  Begin("eu-1", "copy.before-write");
  AwaitFrozen();
  StartAnother("eu-2");
  CommitWhenReady();
  ASSERT_TRUE(running_.PollUntil(kTenant, "committed"));
  const int64_t writes = running_.CountWrites("EU");
  Wake();
  ExpectRefused();
  EXPECT_EQ(running_.CountWrites("EU"), writes);
  EXPECT_EQ(running_.WhyNotMoved(kTenant), "");
}

TEST_F(ZombieTest, AFrozenCopyThatAnotherHasRolledBackWritesNothing) {
  Begin("eu-1", "copy.before-write");
  AwaitFrozen();
  StartAnother("eu-2");
  EXPECT_EQ(running_.Send(kTenant, "rollback"), "rolling-back");
  ASSERT_TRUE(running_.PollUntil(kTenant, "rolled-back"));
  Wake();
  ExpectRefused();
  EXPECT_EQ(running_.WhyNotBack(kTenant), "");
}

// It holds the fence's row in an open transaction, and the server disconnects it.
TEST_F(ZombieTest, ACopyFrozenInAnOpenBatchIsPassedBy) {
  Begin("eu-1", "copy.after-page");
  AwaitFrozen();
  StartAnother("eu-2");
  CommitWhenReady();
  ASSERT_TRUE(running_.PollUntil(kTenant, "committed"));
  Wake();
  EXPECT_EQ(running_.WhyNotMoved(kTenant), "");
}

TEST_F(ZombieTest, AFrozenPurgeThatAnotherHasFinishedDeletesNothing) {
  Begin("us-1", "purge.before-range");
  CommitWhenReady();
  AwaitFrozen();
  StartAnother("us-2");
  ASSERT_TRUE(running_.PollUntil(kTenant, "committed"));
  Wake();
  ExpectRefused();
  EXPECT_EQ(running_.SumInLog(zombie_, "job finished", "erased"), 0);
  EXPECT_EQ(running_.WhyNotMoved(kTenant), "");
}

}  // namespace
}  // namespace realm::e2e
