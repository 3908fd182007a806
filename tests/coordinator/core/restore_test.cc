#include "coordinator/core/restore.h"

#include <gtest/gtest.h>

#include "coordinator/core/view.h"
#include "tests/support/coordinator/journey.h"

namespace realm::coordinator {
namespace {

using Outcome = ReportInput::Outcome;

Policy SwitchesFirst() {
  Policy policy = SmallPolicy();
  policy.apps.at(AppId("notes")).terms.switch_order = SwitchOrder::kBeforeCommit;
  return policy;
}

class RestoreTest : public ::testing::Test {
 protected:
  void RestoreIn(State state) {
    journey_.To(state);
    Restore();
  }
  void Restore() { journey_.Happen(RestoredInput{journey_.key, row().generation + 1}, "restore"); }
  const Migration& row() const { return journey_.row(); }

  Journey journey_;
};

TEST_F(RestoreTest, WhatWasReadyIsNotSaidToBeUntilItIsVerifiedAgain) {
  RestoreIn(State::kReadyToCommit);
  EXPECT_EQ(row().state, State::kReadyToCommit);
  EXPECT_EQ(StatusWord(row()), "copying");
  journey_.Run(JobKind::kCopy);
  EXPECT_EQ(StatusWord(row()), "ready-to-commit");
}

// The last pass proves what the first one had proven, and more.
TEST_F(RestoreTest, ACommitBeforeThatIsTakenAndProvenByTheLastPass) {
  RestoreIn(State::kReadyToCommit);
  journey_.Send(Hook::kCommit);
  EXPECT_EQ(row().state, State::kCommitting);
  journey_.Traffic("EU");
  EXPECT_EQ(row().state, State::kCommitting);
  journey_.Run(JobKind::kCopy);
  EXPECT_EQ(row().state, State::kSwitched);
  journey_.To(State::kCommitted);
}

TEST_F(RestoreTest, ALastPassCountsNoMoreThanAFirstOne) {
  journey_.To(State::kCommitting);
  journey_.Run(JobKind::kCopy);
  Restore();
  journey_.Traffic("EU");
  EXPECT_EQ(row().state, State::kCommitting);
  journey_.Run(JobKind::kCopy);
  EXPECT_EQ(row().state, State::kSwitched);
}

TEST_F(RestoreTest, ALeaseFromBeforeStandsNoMore) {
  journey_.To(State::kCopying);
  journey_.Lease(JobKind::kCopy);
  const ReportInput late = ReportFor(row(), journey_.Find(JobKind::kCopy), Outcome::kDone);
  Restore();
  EXPECT_EQ(journey_.Find(JobKind::kCopy).state, JobState::kWaiting);
  journey_.Happen(late);
  EXPECT_EQ(row().state, State::kCopying);
  journey_.Run(JobKind::kCopy);
  EXPECT_EQ(row().state, State::kReadyToCommit);
}

// Its start came after the backup: the target may hold a copy, and the source may be sealed.
TEST_F(RestoreTest, ARollbackOfWhatMayHaveBeenStartedErasesAndUnseals) {
  RestoreIn(State::kScheduled);
  journey_.Send(Hook::kRollback);
  EXPECT_EQ(row().state, State::kRollingBack);
  journey_.Run(JobKind::kRollback);
  EXPECT_EQ(row().state, State::kRollingBack);
  journey_.Run(JobKind::kOpen);
  EXPECT_EQ(row().state, State::kRolledBack);
}

TEST_F(RestoreTest, ARescheduleForgetsNothingOfThat) {
  RestoreIn(State::kScheduled);
  journey_.Schedule("DE");
  journey_.Send(Hook::kRollback);
  EXPECT_EQ(row().state, State::kRollingBack);
}

TEST_F(RestoreTest, AnUndoErasesThoughNoLeaseIsKnown) {
  journey_.To(State::kCopying);
  Restore();
  journey_.Send(Hook::kRollback);
  journey_.Run(JobKind::kRollback);
  EXPECT_EQ(row().state, State::kRollingBack);
  journey_.Run(JobKind::kOpen);
  EXPECT_EQ(row().state, State::kRolledBack);
}

// The platform may have committed since the backup: only its rollback says that it did not.
TEST_F(RestoreTest, NothingIsUndoneByTimeAlone) {
  journey_.To(State::kScheduled);
  Restore();
  journey_.now = journey_.row().window.end + absl::Hours(48);
  journey_.Tick();
  EXPECT_EQ(row().state, State::kFailed);
  EXPECT_EQ(NextWake(row(), journey_.now), row().entered + row().terms.stuck_after);
  journey_.now = NextWake(row(), journey_.now);
  journey_.Tick();
  EXPECT_EQ(row().state, State::kFailed);
  EXPECT_TRUE(row().stuck);
  journey_.Send(Hook::kRollback);
  EXPECT_EQ(row().state, State::kRollingBack);
}

// Only after the switch is anything purged, and nothing goes back from there.
TEST_F(RestoreTest, ASwitchStays) {
  journey_.To(State::kSwitched);
  journey_.Lease(JobKind::kOpen);
  Restore();
  EXPECT_EQ(row().state, State::kSwitched);
  EXPECT_NE(row().transfers.at(0).sealed_verified_epoch, 0);
  EXPECT_TRUE(row().proof.has_value());
  journey_.To(State::kCommitted);
}

TEST_F(RestoreTest, TheSameGenerationAgainChangesNothing) {
  RestoreIn(State::kReadyToCommit);
  const uint64_t version = row().version;
  journey_.Happen(RestoredInput{journey_.key, row().generation});
  EXPECT_EQ(row().version, version);
}

TEST_F(RestoreTest, ANoOpHasNothingToDoAgain) {
  journey_.Schedule("US");
  ASSERT_TRUE(row().no_op);
  Restore();
  EXPECT_FALSE(row().outdated);
  journey_.Send(Hook::kRollback);
  EXPECT_EQ(row().state, State::kCancelled);
}

// Who restores twice, to a backup of the first history, may have copied again in the second.
TEST_F(RestoreTest, AnUndoThatIsUnderWayIsProvenAgain) {
  journey_.To(State::kCommitting);
  journey_.Run(JobKind::kCopy);
  journey_.Send(Hook::kRollback);
  journey_.Run(JobKind::kRollback);
  Restore();
  EXPECT_EQ(row().transfers[0].erased_epoch, 0u);
  EXPECT_EQ(row().state, State::kRollingBack);
  journey_.Run(JobKind::kRollback);
  journey_.Run(JobKind::kOpen);
  EXPECT_EQ(row().state, State::kRolledBack);
}

// An answer that was lost with the history may be later than the one that is known.
TEST_F(RestoreTest, TheRetryHorizonBeginsAnew) {
  Journey journey(SwitchesFirst());
  journey.To(State::kCommitting);
  journey.Run(JobKind::kCopy);
  journey.now += absl::Minutes(14);
  journey.Happen(RestoredInput{journey.key, 2});
  journey.Run(JobKind::kCopy);
  journey.now += absl::Minutes(2);
  journey.Traffic("EU");
  EXPECT_EQ(journey.row().state, State::kCommitting);
  journey.now += absl::Minutes(13);
  journey.Traffic("EU");
  EXPECT_EQ(journey.row().state, State::kSwitched);
}

}  // namespace
}  // namespace realm::coordinator
