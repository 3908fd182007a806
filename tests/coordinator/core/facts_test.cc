#include "coordinator/core/facts.h"

#include <gtest/gtest.h>

#include <functional>

#include "common/limits.h"
#include "tests/support/coordinator/journey.h"

namespace realm::coordinator {
namespace {

using Outcome = ReportInput::Outcome;

// Leases the newest copy as soon as it may be, and loses it.
void LoseACopy(Journey* journey) {
  journey->now = std::max(journey->now, journey->Find(JobKind::kCopy).not_before);
  journey->Lease(JobKind::kCopy);
  journey->Lose(JobKind::kCopy);
}

TEST(FactsTest, EachLeaseDrawsTheNextEpoch) {
  Journey journey;
  journey.To(State::kCopying);
  const uint64_t before = journey.row().last_epoch;
  journey.Lease(JobKind::kCopy);
  EXPECT_EQ(journey.Find(JobKind::kCopy).epoch, before + 1);
  EXPECT_EQ(journey.Find(JobKind::kCopy).attempt, 1);
  EXPECT_EQ(journey.Find(JobKind::kCopy).worker, WorkerId("w1"));
  journey.Report(JobKind::kCopy, Outcome::kReturned);
  journey.Lease(JobKind::kCopy);
  EXPECT_EQ(journey.Find(JobKind::kCopy).epoch, before + 2);
  EXPECT_EQ(journey.Find(JobKind::kCopy).attempt, 2);
}

TEST(FactsTest, FailuresBackOffAndAreGivenUpInTheEnd) {
  Journey journey;
  journey.To(State::kCopying);
  for (int i = 1; i < kAttemptsMax; ++i) {
    LoseACopy(&journey);
    ASSERT_EQ(journey.row().state, State::kCopying) << i;
    EXPECT_EQ(journey.Find(JobKind::kCopy).failures, i);
    EXPECT_LE(journey.Find(JobKind::kCopy).not_before, journey.now + kRetryCap);
  }
  LoseACopy(&journey);
  EXPECT_EQ(journey.row().state, State::kFailed);
  EXPECT_EQ(journey.row().failure->reason, "COPY_FAILED");
  EXPECT_EQ(journey.row().failure->message, "main: no frame for 15s");
}

TEST(FactsTest, AfterCommitACopyIsNeverGivenUp) {
  Journey journey;
  journey.To(State::kCommitting);
  for (int i = 0; i < 3 * kAttemptsMax; ++i) {
    LoseACopy(&journey);
    ASSERT_EQ(journey.row().state, State::kCommitting);
    EXPECT_EQ(journey.row().stuck, i + 1 >= kAttemptsMax) << i;
  }
}

TEST(FactsTest, AnAttemptThatGotFurtherStartsTheCountAnew) {
  Journey journey;
  journey.To(State::kCopying);
  for (int i = 1; i <= 3 * kAttemptsMax; ++i) {
    journey.now = std::max(journey.now, journey.Find(JobKind::kCopy).not_before);
    journey.Lease(JobKind::kCopy);
    const Job& job = journey.Find(JobKind::kCopy);
    Counters counters;
    counters.bytes_done = i;
    journey.Happen(LeaseLostInput{journey.key, job.number, job.epoch, "gone", counters});
    EXPECT_EQ(journey.Find(JobKind::kCopy).failures, 1);
  }
}

TEST(FactsTest, CountersNeverFall) {
  Journey journey;
  journey.To(State::kCopying);
  const auto fail_with = [&](int64_t records, int64_t bytes) {
    journey.now = std::max(journey.now, journey.Find(JobKind::kCopy).not_before);
    journey.Lease(JobKind::kCopy);
    ReportInput report = ReportFor(journey.row(), journey.Find(JobKind::kCopy), Outcome::kFailed);
    report.counters.records_done = records;
    report.counters.bytes_done = bytes;
    journey.Happen(report);
  };
  fail_with(10, 1000);
  fail_with(5, 2000);
  EXPECT_EQ(journey.Find(JobKind::kCopy).counters.records_done, 10);
  EXPECT_EQ(journey.Find(JobKind::kCopy).counters.bytes_done, 2000);
}

TEST(FactsTest, AnErrorIsKeptInBoundedLength) {
  Journey journey;
  journey.To(State::kCopying);
  journey.Lease(JobKind::kCopy);
  journey.Report(JobKind::kCopy, Outcome::kFailed, std::string(10000, 'x'));
  EXPECT_EQ(journey.Find(JobKind::kCopy).last_error, std::string(kErrorTextBytesMax, 'x'));
}

// A purge deletes what the manifest names: one that is not exactly the transfer's is no success.
TEST(FactsTest, AManifestMustBeExactlyTheTransfers) {
  const std::vector<std::function<void(std::vector<TableManifest>*)>> spoils = {
      [](auto* m) { m->clear(); },
      [](auto* m) { m->front().dataset = DatasetName("other-rows"); },
      [](auto* m) { m->front().root = "short"; },
      [](auto* m) { m->front().records = -1; },
      [](auto* m) { m->front().bytes = -1; },
      [](auto* m) { m->push_back(m->front()); },
      [](auto* m) {
        m->push_back(m->front());
        m->back().dataset = DatasetName("other-rows");
      },
  };
  for (size_t i = 0; i < spoils.size(); ++i) {
    Journey journey;
    journey.To(State::kCopying);
    journey.Lease(JobKind::kCopy);
    ReportInput report = ReportFor(journey.row(), journey.Find(JobKind::kCopy), Outcome::kDone);
    spoils[i](&report.manifest);
    journey.Happen(report);
    EXPECT_EQ(journey.row().state, State::kCopying) << i;
    EXPECT_EQ(journey.Find(JobKind::kCopy).state, JobState::kWaiting) << i;
    EXPECT_EQ(journey.Find(JobKind::kCopy).failures, 1) << i;
  }
}

TEST(FactsTest, SeveralTablesOfADatasetFit) {
  Journey journey;
  journey.To(State::kCopying);
  journey.Lease(JobKind::kCopy);
  ReportInput report = ReportFor(journey.row(), journey.Find(JobKind::kCopy), Outcome::kDone);
  report.manifest.push_back(report.manifest.front());
  report.manifest.back().table = "second";
  journey.Happen(report);
  EXPECT_EQ(journey.row().state, State::kReadyToCommit);
  EXPECT_EQ(journey.row().transfers[0].manifest.size(), 2u);
}

TEST(FactsTest, ACommittingSourcesTrafficIsNotWrittenDownForEachRequest) {
  Journey journey;
  journey.To(State::kCommitting);
  EXPECT_TRUE(journey.Traffic("US").answer.recorded);
  journey.now += absl::Seconds(29);
  EXPECT_FALSE(journey.Traffic("US").answer.recorded);
  journey.now += absl::Seconds(1);
  EXPECT_TRUE(journey.Traffic("US").answer.recorded);
  EXPECT_FALSE(journey.Traffic("AU").answer.recorded);
}

// Reports come late when the coordinator was away. What was seen before an answer to commit proves
// no switch, and what was seen before the switch contradicts none.
TEST(FactsTest, LateReportsOfTrafficAreJudgedByWhenItWasSeen) {
  Journey journey;
  journey.To(State::kCommitting);
  const absl::Time committed = journey.now;
  const auto report = [&](absl::string_view realm, absl::Time seen) {
    return journey.Happen(TrafficInput{journey.key, RealmId(realm), "edge", seen}).answer.recorded;
  };
  journey.now += absl::Minutes(30);
  EXPECT_FALSE(report("EU", committed - absl::Seconds(1)));
  EXPECT_TRUE(report("EU", committed + absl::Seconds(1)));
  journey.Run(JobKind::kCopy);
  ASSERT_EQ(journey.row().state, State::kSwitched);
  const absl::Time switched = journey.now;
  journey.Run(JobKind::kOpen);
  journey.now += absl::Hours(1);
  EXPECT_FALSE(report("US", switched - absl::Minutes(5)));
  EXPECT_FALSE(report("US", switched + absl::Seconds(59)));
  EXPECT_TRUE(report("US", switched + absl::Minutes(5)));
  EXPECT_TRUE(journey.row().counter_proof);
}

TEST(FactsTest, AClockAheadOfOursCountsAsNow) {
  Policy policy = SmallPolicy();
  policy.apps.at(AppId("notes")).terms.switch_order = SwitchOrder::kBeforeCommit;
  Journey journey(policy);
  journey.To(State::kCommitting);
  EXPECT_FALSE(
      journey.Happen(TrafficInput{journey.key, RealmId("EU"), "edge", At(500)}).answer.recorded);
}

TEST(FactsTest, TrafficBeforeCommitSaysNothing) {
  for (State state : {State::kScheduled, State::kCopying, State::kReadyToCommit, State::kFailed,
                      State::kRolledBack}) {
    Journey journey;
    journey.To(state);
    EXPECT_FALSE(journey.Traffic("US").answer.recorded) << ToString(state);
    EXPECT_FALSE(journey.Traffic("EU").answer.recorded) << ToString(state);
  }
}

}  // namespace
}  // namespace realm::coordinator
