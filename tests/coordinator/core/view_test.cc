// What NextWake promises is checked for every reachable row by step_exhaustive_test.

#include "coordinator/core/view.h"

#include <gtest/gtest.h>

#include "tests/support/coordinator/journey.h"

namespace realm::coordinator {
namespace {

Migration WithWindow(absl::Duration length, absl::Duration max, absl::Duration margin) {
  Migration m;
  m.window = Window{At(2), At(2) + length};
  m.terms.max_duration = max;
  m.terms.margin = margin;
  return m;
}

TEST(ViewTest, ACopyEndsAMarginBeforeTheWindowOrTheLongestDuration) {
  EXPECT_EQ(CopyDeadline(WithWindow(absl::Hours(1), absl::Hours(2), absl::Minutes(1))), At(2, 59));
  EXPECT_EQ(CopyDeadline(WithWindow(absl::Hours(9), absl::Hours(2), absl::Minutes(1))), At(3, 59));
}

// The shortest window leaves nine tenths of it; so does the shortest duration.
TEST(ViewTest, AMarginNeverEatsTheWindow) {
  EXPECT_EQ(CopyDeadline(WithWindow(absl::Minutes(1), absl::Hours(2), absl::Minutes(1))),
            At(2) + absl::Seconds(54));
  EXPECT_EQ(CopyDeadline(WithWindow(absl::Hours(9), absl::Minutes(10), absl::Hours(1))), At(2, 9));
}

TEST(ViewTest, EachStateHasItsWord) {
  const std::pair<State, absl::string_view> words[] = {{State::kScheduled, "scheduled"},
                                                       {State::kCopying, "copying"},
                                                       {State::kReadyToCommit, "ready-to-commit"},
                                                       {State::kCommitting, "committing"},
                                                       {State::kSwitched, "committing"},
                                                       {State::kCommitted, "committed"},
                                                       {State::kFailed, "failed"},
                                                       {State::kRollingBack, "rolling-back"},
                                                       {State::kRolledBack, "rolled-back"},
                                                       {State::kCancelled, "cancelled"},
                                                       {State::kNone, "unknown"}};
  for (const auto& [state, word] : words) {
    Migration m;
    m.state = state;
    EXPECT_EQ(StatusWord(m), word);
  }
}

TEST(ViewTest, ThePlanDigestCoversWhatWouldBeDeleted) {
  Journey journey;
  journey.To(State::kCommitting);
  EXPECT_EQ(PlanDigest(journey.row()), "") << "nothing is verified under the seal yet";
  journey.Run(JobKind::kCopy);
  const std::string digest = PlanDigest(journey.row());
  EXPECT_EQ(digest.size(), 16u);

  Migration other = journey.row();
  ++other.transfers[0].manifest[0].records;
  EXPECT_NE(PlanDigest(other), digest);
  other = journey.row();
  other.transfers[0].manifest[0].root[0] ^= 1;
  EXPECT_NE(PlanDigest(other), digest);
  other = journey.row();
  other.transfers[0].manifest.push_back(other.transfers[0].manifest[0]);
  EXPECT_NE(PlanDigest(other), digest);
  other = journey.row();
  other.source = RealmId("AU");
  EXPECT_NE(PlanDigest(other), digest);
  other = journey.row();
  other.uid = "another";
  EXPECT_NE(PlanDigest(other), digest);
}

TEST(ViewTest, NothingWaitsWithoutAReason) {
  for (State state : {State::kScheduled, State::kReadyToCommit, State::kFailed}) {
    Journey journey;
    journey.To(state);
    const auto wait = WhyMigrationWaits(journey.row());
    ASSERT_TRUE(wait.has_value()) << ToString(state);
    EXPECT_FALSE(wait->reason.empty());
    EXPECT_EQ(wait->since, journey.row().entered);
  }
  Journey journey;
  journey.To(State::kCommitting);
  EXPECT_FALSE(WhyMigrationWaits(journey.row()).has_value()) << "its job says why";
  journey.Run(JobKind::kCopy);
  EXPECT_EQ(WhyMigrationWaits(journey.row())->reason, "PROOF_OF_SWITCH");
}

TEST(ViewTest, TheSwitchFirstOrderWaitsForTheHorizonAfterTheLastAnswer) {
  Policy policy = SmallPolicy();
  policy.apps.at(AppId("notes")).terms.switch_order = SwitchOrder::kBeforeCommit;
  Journey journey(policy);
  journey.To(State::kCommitting);
  EXPECT_EQ(TrafficProvesFrom(journey.row()), At(2, 15));
  journey.now = At(2, 10);
  journey.Send(Hook::kCommit);
  EXPECT_EQ(TrafficProvesFrom(journey.row()), At(2, 25));
  journey.now = At(2, 20);
  journey.Traffic("US");
  EXPECT_EQ(TrafficProvesFrom(journey.row()), At(2, 35) + absl::Seconds(30));
}

TEST(ViewTest, EndsNeedNoWaking) {
  for (State state : {State::kCommitted, State::kRolledBack, State::kCancelled}) {
    Journey journey;
    journey.To(state);
    EXPECT_EQ(NextWake(journey.row(), journey.now), absl::InfiniteFuture()) << ToString(state);
  }
}

}  // namespace
}  // namespace realm::coordinator
