#include "coordinator/core/plan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "tests/support/coordinator/journey.h"

namespace realm::coordinator {
namespace {

using Outcome = ReportInput::Outcome;

Policy TwoTransfers() {
  Policy policy = SmallPolicy();
  policy.apps.at(AppId("notes")).transfers = {TransferNamed("main"),
                                              TransferNamed("history", false)};
  return policy;
}

// "main/copy waiting" and so on, in the order of the jobs' numbers.
std::vector<std::string> Jobs(const Migration& m) {
  std::vector<std::string> out;
  for (const Job& job : m.jobs) {
    out.push_back(absl::StrCat(job.transfer.value(), "/", ToString(job.kind), " ",
                               job.realm.value(), " ", ToString(job.state)));
  }
  return out;
}

TEST(PlanTest, PlanningAgainChangesNothing) {
  for (State state : {State::kScheduled, State::kCopying, State::kReadyToCommit, State::kCommitting,
                      State::kSwitched, State::kCommitted, State::kFailed, State::kRollingBack,
                      State::kRolledBack, State::kCancelled}) {
    Journey journey;
    journey.To(state);
    Migration m = journey.row();
    EXPECT_FALSE(PlanJobs(journey.now, &m)) << ToString(state);
  }
}

TEST(PlanTest, EachStateHasItsJobs) {
  Journey journey(TwoTransfers());
  journey.To(State::kScheduled);
  EXPECT_TRUE(journey.row().jobs.empty());
  journey.To(State::kCopying);
  EXPECT_EQ(Jobs(journey.row()),
            (std::vector<std::string>{"main/copy EU waiting", "history/copy EU waiting",
                                      "history/close EU waiting"}));
  journey.To(State::kCommitting);
  EXPECT_EQ(Jobs(journey.row()),
            (std::vector<std::string>{"main/copy EU done", "history/copy EU cancelled",
                                      "history/close EU done", "main/copy EU waiting",
                                      "history/copy EU waiting"}));
  journey.To(State::kSwitched);
  EXPECT_EQ(Jobs(journey.row()).back(), "main/open EU waiting");
  journey.Run(JobKind::kOpen);
  EXPECT_EQ(journey.row().jobs.size(), 6u) << "no purge while history is not open";
  journey.Run(JobKind::kCopy, "history");
  EXPECT_EQ(Jobs(journey.row()).back(), "history/open EU waiting");
  journey.Run(JobKind::kOpen, "history");
  EXPECT_EQ(Jobs(journey.row()).back(), "history/purge US waiting");
}

// Once all that blocks is copied the platform may send the tenant to the target.
TEST(PlanTest, NothingIsReadyWithAGateOpen) {
  Journey journey(TwoTransfers());
  journey.To(State::kCopying);
  journey.Run(JobKind::kCopy);
  EXPECT_EQ(journey.row().state, State::kCopying);
  journey.CloseGates();
  EXPECT_EQ(journey.row().state, State::kReadyToCommit);
}

TEST(PlanTest, AGateThatCannotBeClosedFailsTheMigration) {
  Journey journey(TwoTransfers());
  journey.To(State::kCopying);
  journey.Lease(JobKind::kClose, "history");
  journey.Report(JobKind::kClose, ReportInput::Outcome::kFailedForGood, "live", "history");
  EXPECT_EQ(journey.row().state, State::kFailed);
  EXPECT_EQ(journey.row().failure->message, "history: live");
}

// Whoever restored the coordinator's store may have lost a move that opened the gates.
TEST(PlanTest, GatesAreClosedAgainAfterARestore) {
  for (const State state : {State::kReadyToCommit, State::kCommitting}) {
    Journey journey(TwoTransfers());
    journey.To(state);
    journey.Happen(RestoredInput{journey.key, 2});
    EXPECT_EQ(journey.Find(JobKind::kClose, "history").state, JobState::kWaiting);
    journey.Run(JobKind::kCopy);
    if (state == State::kCommitting) journey.Traffic("EU");
    EXPECT_EQ(journey.row().state, state);
    EXPECT_NE(StatusWord(journey.row()), "ready-to-commit");
    journey.CloseGates();
    EXPECT_EQ(StatusWord(journey.row()),
              state == State::kCommitting ? "committing" : "ready-to-commit");
  }
}

TEST(PlanTest, UndoConcernsOnlyWhatWasTouched) {
  Journey journey(TwoTransfers());
  journey.To(State::kReadyToCommit);
  journey.Send(Hook::kRollback);
  EXPECT_EQ(Jobs(journey.row()),
            (std::vector<std::string>{"main/copy EU done", "history/copy EU cancelled",
                                      "history/close EU done", "main/rollback EU waiting"}));
}

// One copy seals every dataset of the migration, so that all of them are opened again.
TEST(PlanTest, ASealIsLiftedFromEveryTransfer) {
  Journey journey(TwoTransfers());
  journey.To(State::kCommitting);
  journey.Run(JobKind::kCopy);
  journey.Send(Hook::kRollback);
  EXPECT_EQ(Jobs(journey.row()),
            (std::vector<std::string>{"main/copy EU done", "history/copy EU cancelled",
                                      "history/close EU done", "main/copy EU done",
                                      "history/copy EU cancelled", "main/rollback EU waiting",
                                      "main/open US waiting", "history/open US waiting"}));
}

TEST(PlanTest, ASealThatWasNeverOrderedIsNotLifted) {
  Journey journey;
  journey.To(State::kCommitting);
  journey.Send(Hook::kRollback);
  journey.Run(JobKind::kRollback);
  EXPECT_EQ(journey.row().state, State::kRolledBack);
  EXPECT_EQ(Jobs(journey.row()).back(), "main/rollback EU done");
}

TEST(PlanTest, AStoppedCopyIsCancelledHoweverItEnds) {
  for (Outcome outcome : {Outcome::kFailed, Outcome::kFailedForGood, Outcome::kReturned}) {
    Journey journey;
    journey.To(State::kCopying);
    journey.Lease(JobKind::kCopy);
    journey.Send(Hook::kRollback);
    EXPECT_TRUE(journey.Find(JobKind::kCopy).stopping);
    journey.Report(JobKind::kCopy, outcome, "stopped");
    EXPECT_EQ(journey.Find(JobKind::kCopy).state, JobState::kCancelled);
    EXPECT_FALSE(journey.Find(JobKind::kCopy).stopping);
    EXPECT_EQ(journey.row().state, State::kRollingBack);
  }
}

TEST(PlanTest, APurgeWithoutAGraceDoesNotWaitForAClockThatWasAhead) {
  for (const absl::Duration grace : {absl::ZeroDuration(), absl::Hours(1)}) {
    Policy policy = SmallPolicy();
    policy.apps.at(AppId("notes")).terms.purge_grace = grace;
    Journey journey(policy);
    journey.To(State::kSwitched);
    journey.Run(JobKind::kOpen);
    const absl::Time set_right = journey.now - absl::Minutes(30);
    const auto wait = WhyJobWaits(journey.row(), journey.Find(JobKind::kPurge), set_right);
    EXPECT_EQ(wait.has_value() ? wait->reason : "", grace > absl::ZeroDuration() ? "GRACE" : "");
  }
}

TEST(PlanTest, AHeldPurgeGoesOnAfterTheOperatorsWord) {
  Policy policy = SmallPolicy();
  policy.apps.at(AppId("notes")).terms.purge_grace = absl::ZeroDuration();
  Journey journey(policy);
  journey.To(State::kSwitched);
  journey.Run(JobKind::kOpen);
  journey.Lease(JobKind::kPurge);
  journey.now += absl::Minutes(5);
  journey.Traffic("US");
  EXPECT_TRUE(journey.Find(JobKind::kPurge).stopping);
  journey.Lose(JobKind::kPurge);
  EXPECT_EQ(journey.Find(JobKind::kPurge).state, JobState::kWaiting);
  EXPECT_EQ(journey.Find(JobKind::kPurge).failures, 0);
  EXPECT_EQ(WhyJobWaits(journey.row(), journey.Find(JobKind::kPurge), journey.now)->reason,
            "COUNTER_PROOF");
  journey.Confirm();
  journey.Run(JobKind::kPurge);
  EXPECT_EQ(journey.row().state, State::kCommitted);
}

}  // namespace
}  // namespace realm::coordinator
