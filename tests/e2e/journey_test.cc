// Whole moves with the real programs over real HTTP: what the platform is told, and what is in the
// stores afterwards.

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

#include "common/clock.h"
#include "tests/e2e/running_system.h"
#include "tests/support/eventually.h"

namespace realm::e2e {
namespace {

// What a copy of postgres writes in one transaction.
constexpr int64_t kBatchBytes = 8 << 20;
constexpr int64_t kRowBytesMin = 100;
constexpr int64_t kPageBytesMax = 256 << 10;

class JourneyTest : public testing::TestWithParam<StoreKind> {
 protected:
  JourneyTest() : running_(Options()) {}

  static SystemOptions Options() {
    SystemOptions options;
    options.stores = GetParam();
    return options;
  }

  void Begin(int records = kManyRecords) {
    running_.AddTenant(kTenant, records);
    running_.Start();
    EXPECT_EQ(running_.Send(kTenant, "schedule"), "scheduled");
    EXPECT_EQ(running_.Send(kTenant, "start"), "copying");
  }

  // The rest of the way, whatever dies on it.
  void Finish() {
    ASSERT_TRUE(running_.PollUntil(kTenant, "ready-to-commit"));
    EXPECT_EQ(running_.Send(kTenant, "commit"), "committing");
    running_.ReportTraffic(kTenant);
    ASSERT_TRUE(running_.PollUntil(kTenant, "committed"));
    EXPECT_EQ(running_.WhyNotMoved(kTenant), "");
  }

  RunningSystem running_;
};

TEST_P(JourneyTest, ATenantMovesAndNothingStaysBehind) {
  Begin();
  Finish();
}

TEST_P(JourneyTest, ARollbackWhileItIsCopiedLeavesTheTargetEmpty) {
  running_.SetFailpoints(kTarget, "copy.after-first-page=stop");
  Begin();
  EXPECT_EQ(running_.Send(kTenant, "rollback"), "rolling-back");
  ASSERT_TRUE(running_.PollUntil(kTenant, "rolled-back"));
  EXPECT_EQ(running_.WhyNotBack(kTenant), "");
}

// Three batches of postgres, and the death in the last.
TEST_P(JourneyTest, AKilledCopyRepeatsOneTransactionOfTheStoreAtMost) {
  running_.SetFailpoints(kTarget, "copy.after-page=kill@80");
  const int64_t writes = running_.CountWrites("EU");
  Begin(32 * kManyRecords);
  Finish();
  EXPECT_EQ(running_.revivals(), 1);
  const int64_t repeated = running_.CountWrites("EU") - writes - running_.records(kTenant);
  const int64_t bytes = GetParam() == StoreKind::kPostgres ? kBatchBytes : kPageBytesMax;
  EXPECT_LE(repeated, bytes / kRowBytesMin + 200);
  EXPECT_LE(running_.SumInLog(kTarget, "job finished", "pages_repeated"),
            GetParam() == StoreKind::kPostgres ? kBatchBytes / kPageBytesMax + 1 : 1);
}

INSTANTIATE_TEST_SUITE_P(Stores, JourneyTest,
                         testing::Values(StoreKind::kRocksdb, StoreKind::kPostgres),
                         [](const testing::TestParamInfo<StoreKind>& kind) {
                           return kind.param == StoreKind::kRocksdb ? "rocksdb" : "postgres";
                         });

// Polls for a while, and often, and expects the same answer each time: never an error, and never a
// word that would have the platform commit or roll back.
void ExpectEachPoll(RunningSystem& running, absl::string_view word, absl::Duration during) {
  constexpr int kPollsMin = 20;
  const SystemClock clock;
  const absl::Duration end = clock.Monotonic() + during;
  int polls = 0;
  EXPECT_TRUE(Eventually(
      [&] {
        EXPECT_EQ(running.Poll(kTenant), word);
        return ++polls >= kPollsMin && clock.Monotonic() >= end;
      },
      kPatience));
}

TEST(CoordinatorAwayTest, EveryPollIsAnsweredAndNoWordIsInvented) {
  RunningSystem running;
  running.SetFailpoints(kTarget, "copy.after-first-page=stop");
  running.AddTenant(kTenant);
  running.Start();
  running.Send(kTenant, "schedule");
  EXPECT_EQ(running.Send(kTenant, "start"), "copying");
  ASSERT_TRUE(Eventually([&] { return running.IsStopped(kTarget); }));
  running.system().child(kCoordinator).Kill();
  ExpectEachPoll(running, "copying", absl::Seconds(5));
  // Also of an edge that has only its file: which may miss the last moment before the kill.
  ASSERT_TRUE(running.PollUntil(kTenant, "ready-to-commit"));
}

// The edge's stream from the coordinator has not said so yet, and never will.
TEST(CoordinatorAwayTest, APollAfterAnAcknowledgedStartGetsNoOlderWord) {
  RunningSystem running;
  running.AddTenant(kTenant);
  running.Start();
  running.Send(kTenant, "schedule");
  ASSERT_TRUE(Eventually([&] { return running.Poll(kTenant) == "scheduled"; }));
  running.Arm(kCoordinator, "coordinator.after-answer=kill");
  const auto reply =
      running.platform().Send(running.SiteOf(kTenant, "US"), "start", running.OrderOf(kTenant));
  ASSERT_TRUE(reply.ok()) << reply.status();
  // The answer and the death race; without an answer the platform knows nothing newer.
  if (reply->status == 200) ExpectEachPoll(running, "copying", absl::Seconds(1));
  ASSERT_TRUE(Eventually([&] { return running.system().child(kCoordinator).Poll().has_value(); }));
  EXPECT_EQ(running.Send(kTenant, "start"), "copying");
  ASSERT_TRUE(running.PollUntil(kTenant, "ready-to-commit"));
}

}  // namespace
}  // namespace realm::e2e
