#include "coordinator/engine/dispatch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/engine/world.h"

namespace realm::coordinator {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

WorkerFrame FrameOf(absl::string_view worker) {
  WorkerFrame frame;
  frame.worker = {RealmId("EU"), WorkerId(worker)};
  frame.data_endpoint = "127.0.0.1:1";
  frame.datasets = {RowsOf("main"), RowsOf("history")};
  frame.slots = 4;
  return frame;
}

// A tenant whose copy is ready in EU.
class DispatchTest : public ::testing::Test {
 protected:
  DispatchTest() {
    world_.InstallTenant();
    REALM_CHECK(world_.Schedule("m1").ok());
    REALM_CHECK(world_.Start("m1").ok());
  }

  const Job& OnlyJob() const { return world_.Find("m1")->jobs.at(0); }

  // Time passes in which the first holder is not heard and eu-2, on `second`, is.
  void ExpectHandedOver(const JobOrder& first, RecordingLink* second) {
    for (int i = 0; i < 6 && second->frames.back().jobs.empty(); ++i) {
      world_.Frame("EU", "eu-2");
      world_.clock().Advance(absl::Seconds(5));
      world_.Frame("US", "us-1");
    }
    ASSERT_THAT(second->frames.back().jobs, SizeIs(1));
    EXPECT_GT(second->frames.back().jobs[0].epoch, first.epoch);
    EXPECT_EQ(OnlyJob().attempt, 2);
  }

  World world_;
};

TEST_F(DispatchTest, AJobGoesToAWorkerOfItsRealmOnceTheSourceIsServed) {
  RecordingLink* eu = world_.Frame("EU", "eu-1");
  EXPECT_THAT(eu->frames.back().jobs, IsEmpty()) << "leased although nobody serves the source";
  RecordingLink* us = world_.Frame("US", "us-1");
  ASSERT_THAT(eu->frames.back().jobs, SizeIs(1));
  EXPECT_THAT(us->frames.back().jobs, IsEmpty());
  const JobOrder& order = eu->frames.back().jobs[0];
  EXPECT_EQ(order.kind, JobKind::kCopy);
  EXPECT_EQ(order.epoch, OnlyJob().epoch);
  ASSERT_THAT(order.source_endpoints, SizeIs(1));
  EXPECT_EQ(order.source_endpoints[0].worker.value(), "us-1");
}

TEST_F(DispatchTest, AnOrderIsDurableBeforeItIsSent) {
  world_.Frame("US", "us-1");
  RecordingLink* eu = world_.Frame("EU", "eu-1");
  ASSERT_THAT(eu->frames.back().jobs, SizeIs(1));
  const uint64_t epoch = eu->frames.back().jobs[0].epoch;
  world_.Restart();
  EXPECT_EQ(OnlyJob().epoch, epoch);
  EXPECT_EQ(OnlyJob().state, JobState::kLeased);
}

TEST_F(DispatchTest, WhatAWorkerListsIsNotSpelledOutAgain) {
  world_.Frame("US", "us-1");
  RecordingLink* eu = world_.Frame("EU", "eu-1");
  const JobOrder order = eu->frames.back().jobs.at(0);
  world_.Frame("EU", "eu-1", {Running(order)});
  world_.clock().Advance(absl::Seconds(4));
  world_.Turn();
  ASSERT_THAT(eu->frames.back().jobs, SizeIs(1));
  EXPECT_TRUE(eu->frames.back().jobs[0].known);
}

TEST_F(DispatchTest, AFinishedJobLeavesTheFrameWhenItsResultIsDurable) {
  world_.Frame("US", "us-1");
  RecordingLink* eu = world_.Frame("EU", "eu-1");
  const JobOrder order = eu->frames.back().jobs.at(0);
  world_.Frame("EU", "eu-1", {Finished(order)});
  EXPECT_THAT(eu->frames.back().jobs, IsEmpty());
  EXPECT_EQ(world_.Find("m1")->state, State::kReadyToCommit);
  world_.Restart();
  EXPECT_EQ(world_.Find("m1")->state, State::kReadyToCommit);
}

// The worker is not heard any more: another gets the job, under a larger epoch.
TEST_F(DispatchTest, ALeaseThatRunsOutIsGivenToAnotherUnderALargerEpoch) {
  world_.Frame("US", "us-1");
  const JobOrder first = world_.Frame("EU", "eu-1")->frames.back().jobs.at(0);
  world_.Disconnect("EU", "eu-1");
  RecordingLink* second = world_.Frame("EU", "eu-2");
  EXPECT_THAT(second->frames.back().jobs, IsEmpty()) << "taken away before the lease was over";
  ExpectHandedOver(first, second);
}

// Its connection stands, for nobody closes it. It is first among equals, and must not get it again.
TEST_F(DispatchTest, AFrozenWorkersJobGoesToAnother) {
  world_.Frame("US", "us-1");
  RecordingLink* frozen = world_.Frame("EU", "eu-1");
  const JobOrder first = frozen->frames.back().jobs.at(0);
  RecordingLink* second = world_.Frame("EU", "eu-2");
  ExpectHandedOver(first, second);
}

TEST_F(DispatchTest, AFrozenWorkerAloneGetsNoLeaseAfterLease) {
  world_.Frame("US", "us-1");
  world_.Frame("EU", "eu-1");
  for (int i = 0; i < 20; ++i) {
    world_.clock().Advance(absl::Seconds(5));
    world_.Frame("US", "us-1");
  }
  EXPECT_EQ(OnlyJob().state, JobState::kWaiting);
  EXPECT_EQ(OnlyJob().attempt, 1);
  EXPECT_EQ(world_.Find("m1")->state, State::kCopying);
  world_.Frame("EU", "eu-1");
  EXPECT_EQ(OnlyJob().attempt, 2);
}

// The zombie reports under its old epoch: nothing changes, and it is told to stop.
TEST_F(DispatchTest, AReportUnderAnOlderEpochChangesNothing) {
  world_.Frame("US", "us-1");
  const JobOrder first = world_.Frame("EU", "eu-1")->frames.back().jobs.at(0);
  world_.Disconnect("EU", "eu-1");
  for (int i = 0; i < 6; ++i) {
    world_.clock().Advance(absl::Seconds(5));
    world_.Frame("US", "us-1");
    world_.Frame("EU", "eu-2");
  }
  const uint64_t version = world_.Find("m1")->version;
  RecordingLink* zombie = world_.Frame("EU", "eu-1", {Finished(first)});
  EXPECT_EQ(world_.Find("m1")->version, version);
  EXPECT_EQ(world_.Find("m1")->state, State::kCopying);
  EXPECT_THAT(zombie->frames.back().jobs, IsEmpty());
}

// The coordinator is killed and started again; the worker never stopped.
TEST_F(DispatchTest, AWorkerKeepsItsJobOverARestartOfTheCoordinator) {
  world_.Frame("US", "us-1");
  const JobOrder order = world_.Frame("EU", "eu-1")->frames.back().jobs.at(0);
  world_.Restart();
  RecordingLink* eu = world_.Frame("EU", "eu-1", {Running(order)});
  ASSERT_THAT(eu->frames.back().jobs, SizeIs(1));
  EXPECT_EQ(eu->frames.back().jobs[0].epoch, order.epoch);
  EXPECT_EQ(OnlyJob().attempt, 1);
}

// The worker itself was killed: what it does not list any more is leased anew.
TEST_F(DispatchTest, AWorkerThatAttachesWithoutItsJobLosesIt) {
  world_.Frame("US", "us-1");
  const JobOrder order = world_.Frame("EU", "eu-1")->frames.back().jobs.at(0);
  world_.Disconnect("EU", "eu-1");
  world_.Frame("EU", "eu-1");
  EXPECT_EQ(OnlyJob().failures, 1);
  world_.clock().Advance(absl::Seconds(2));
  RecordingLink* eu = world_.Frame("EU", "eu-1");
  ASSERT_THAT(eu->frames.back().jobs, SizeIs(1));
  EXPECT_GT(eu->frames.back().jobs[0].epoch, order.epoch);
}

// Rollback comes during the copy. The worker is told to stop by leaving the job out; the undo is
// ordered only when it is heard to have stopped.
TEST_F(DispatchTest, UndoIsOrderedOnlyWhenTheCopyIsHeardToHaveStopped) {
  world_.Frame("US", "us-1");
  const JobOrder copy = world_.Frame("EU", "eu-1")->frames.back().jobs.at(0);
  RecordingLink* eu = world_.Frame("EU", "eu-1", {Running(copy)});
  ASSERT_TRUE(world_.Say(HookFor(Hook::kRollback, KeyFor("m1"))).ok());
  EXPECT_THAT(eu->frames.back().jobs, IsEmpty());
  world_.Frame("EU", "eu-1", {Running(copy)});
  EXPECT_THAT(eu->frames.back().jobs, IsEmpty()) << "undo was ordered while the copy runs";
  world_.Frame("EU", "eu-1");
  ASSERT_THAT(eu->frames.back().jobs, SizeIs(1));
  EXPECT_EQ(eu->frames.back().jobs[0].kind, JobKind::kRollback);
  EXPECT_GT(eu->frames.back().jobs[0].epoch, copy.epoch);
}

TEST_F(DispatchTest, ADrainedWorkerGetsNothingNewUntilItIsUndrained) {
  world_.Frame("US", "us-1");
  world_.Frame("EU", "eu-2", {}, 0);
  const auto drained = world_.Drain("EU", "eu-2", "node reboot");
  ASSERT_TRUE(drained.ok()) << drained.status();
  EXPECT_TRUE(drained->draining);
  EXPECT_EQ(drained->drain_order->reason, "node reboot");
  RecordingLink* eu = world_.Frame("EU", "eu-2", {}, 4);
  EXPECT_THAT(eu->frames.back().jobs, IsEmpty());
  ASSERT_TRUE(eu->frames.back().drain_order.has_value());
  EXPECT_EQ(eu->frames.back().drain_order->reason, "node reboot");
  const auto working = world_.Drain("EU", "eu-2", std::nullopt);
  ASSERT_TRUE(working.ok());
  EXPECT_FALSE(working->draining);
  EXPECT_FALSE(eu->frames.back().drain_order.has_value());
  EXPECT_THAT(eu->frames.back().jobs, SizeIs(1));
}

TEST_F(DispatchTest, ADrainIsWrittenDown) {
  EXPECT_TRUE(absl::IsNotFound(world_.Drain("EU", "eu-2", "typo").status()));
  world_.Frame("EU", "eu-2");
  ASSERT_TRUE(world_.Drain("EU", "eu-2", "node reboot").ok());
  const auto trail = world_.engine().ListAudit(0, 1000);
  ASSERT_TRUE(trail.ok()) << trail.status();
  EXPECT_EQ(trail->back().input, "drain");
  EXPECT_EQ(trail->back().detail, "EU/eu-2: node reboot");
  EXPECT_EQ(trail->back().actor, "operator:test");
}

TEST_F(DispatchTest, WhoeverIsToldOfADrainSeesItInTheFleet) {
  world_.Frame("EU", "eu-2");
  bool shown = false;
  world_.engine().Drain({RealmId("EU"), WorkerId("eu-2")},
                        DrainOrder{"node reboot", "operator:test", absl::Time()}, "operator:test",
                        [&](const absl::StatusOr<FleetWorker>& worker) {
                          EXPECT_TRUE(worker.ok()) << worker.status();
                          const FleetPtr fleet = world_.engine().fleet();
                          shown = !fleet->workers.empty() && fleet->workers[0].draining;
                        });
  world_.Turn();
  EXPECT_TRUE(shown);
}

TEST_F(DispatchTest, ADrainOutlivesBrokenStreamsAndTheCoordinatorButNotTheWorkersProcess) {
  world_.Frame("US", "us-1");
  world_.Frame("EU", "eu-2", {}, 0);
  ASSERT_TRUE(world_.Drain("EU", "eu-2", "node reboot").ok());
  world_.Disconnect("EU", "eu-2");
  EXPECT_TRUE(world_.Frame("EU", "eu-2")->frames.back().drain_order.has_value());
  world_.Restart();
  world_.SetDrainOrder("EU", "eu-2", DrainOrder{"node reboot", "operator:test", absl::Time()});
  RecordingLink* eu = world_.Frame("EU", "eu-2");
  EXPECT_THAT(eu->frames.back().jobs, IsEmpty());
  EXPECT_TRUE(eu->frames.back().drain_order.has_value()) << "the worker has told the order";
  ASSERT_TRUE(world_.Drain("EU", "eu-2", std::nullopt).ok());
  world_.Disconnect("EU", "eu-2");
  world_.SetDrainOrder("EU", "eu-2", DrainOrder{"node reboot", "operator:test", absl::Time()});
  eu = world_.Frame("EU", "eu-2");
  EXPECT_FALSE(eu->frames.back().drain_order.has_value()) << "it had not heard the last order";
  ASSERT_TRUE(world_.Drain("EU", "eu-2", "again").ok());
  world_.Disconnect("EU", "eu-2");
  world_.SetIncarnation("EU", "eu-2", 2);
  eu = world_.Frame("EU", "eu-2");
  EXPECT_FALSE(eu->frames.back().drain_order.has_value());
}

TEST_F(DispatchTest, ANewerStreamOfAWorkerReplacesTheOlder) {
  world_.Frame("US", "us-1");
  RecordingLink* eu = world_.Frame("EU", "eu-1");
  const JobOrder order = eu->frames.back().jobs.at(0);
  auto newer = std::make_shared<RecordingLink>();
  WorkerFrame frame;
  frame.worker = WorkerKey{RealmId("EU"), WorkerId("eu-1")};
  frame.datasets = {RowsOf("main")};
  frame.slots = 4;
  frame.jobs = {Running(order)};
  world_.engine().OnFrame(world_.engine().NextSession(), newer, frame);
  world_.Turn();
  ASSERT_TRUE(eu->closed.has_value());
  EXPECT_TRUE(absl::IsAlreadyExists(*eu->closed));
  EXPECT_THAT(newer->frames.back().jobs, SizeIs(1));
}

// A job's waiting time was over, nobody took it, and then the wall clock stepped back.
TEST_F(DispatchTest, AWallClockThatStepsBackMakesAReadyJobWaitAgain) {
  world_.Frame("US", "us-1");
  const JobOrder order = world_.Frame("EU", "eu-1")->frames.back().jobs.at(0);
  world_.Frame("EU", "eu-1", {Finished(order, ReportInput::Outcome::kFailed)});
  world_.Disconnect("EU", "eu-1");
  world_.clock().Advance(absl::Seconds(2));
  world_.Turn();
  world_.clock().JumpTo(world_.clock().Now() - absl::Seconds(2));
  EXPECT_THAT(world_.Frame("EU", "eu-2")->frames.back().jobs, IsEmpty());
  EXPECT_EQ(OnlyJob().state, JobState::kWaiting);
}

// An attempt failed while the clock was ahead; a pause until its time would last as long as it was.
TEST_F(DispatchTest, APauseThatAClockAheadBeganIsNotWaitedFor) {
  world_.Frame("US", "us-1");
  const JobOrder order = world_.Frame("EU", "eu-1")->frames.back().jobs.at(0);
  const absl::Time right = world_.clock().Now();
  world_.clock().JumpTo(right + absl::Minutes(30));
  world_.Frame("EU", "eu-1", {Finished(order, ReportInput::Outcome::kFailed)});
  world_.clock().JumpTo(right);
  world_.Turn();
  EXPECT_EQ(OnlyJob().state, JobState::kLeased);
  EXPECT_EQ(OnlyJob().attempt, 2);
}

// What does not block may still wait for its copy when the platform sends the tenant to the target:
// its gate is closed before, by whoever serves it.
TEST_F(DispatchTest, NothingIsReadyToCommitBeforeTheGateOfWhatDoesNotBlockIsClosed) {
  Policy policy = SmallPolicy();
  policy.apps.at(AppId("notes")).transfers = {TransferNamed("main"),
                                              TransferNamed("history", false)};
  World world(policy);
  world.InstallTenant();
  ASSERT_TRUE(world.Schedule("m1").ok());
  ASSERT_TRUE(world.Start("m1").ok());
  world.Frame("US", "us-1");
  world.SetDatasets("EU", "eu-1", {RowsOf("main")});
  world.SetDatasets("EU", "eu-2", {RowsOf("history")});
  const JobOrder copy = world.Frame("EU", "eu-1")->frames.back().jobs.at(0);
  EXPECT_EQ(copy.kind, JobKind::kCopy);
  world.Frame("EU", "eu-1", {Finished(copy)});
  EXPECT_EQ(world.Find("m1")->state, State::kCopying);

  const JobOrder close = world.Frame("EU", "eu-2", {}, 1)->frames.back().jobs.at(0);
  EXPECT_EQ(close.kind, JobKind::kClose);
  EXPECT_EQ(close.datasets, std::vector<DatasetName>{RowsOf("history")});
  world.Frame("EU", "eu-2", {Finished(close)}, 1);
  EXPECT_EQ(world.Find("m1")->state, State::kReadyToCommit);
}

// A copy that seals reaches all of the migration's datasets, whoever serves them.
TEST_F(DispatchTest, EachDatasetThatACopyReachesHasAnEndpoint) {
  Policy policy = SmallPolicy();
  AppPolicy& app = policy.apps.at(AppId("notes"));
  app.transfers = {TransferNamed("main"), TransferNamed("history")};
  app.terms.seal_at_ready = true;
  World world(policy);
  world.InstallTenant();
  ASSERT_TRUE(world.Schedule("m1").ok());
  ASSERT_TRUE(world.Start("m1").ok());
  world.SetDatasets("US", "us-1", {RowsOf("main")});
  world.SetDatasets("US", "us-2", {RowsOf("history")});
  world.Frame("US", "us-1");
  RecordingLink* eu = world.Frame("EU", "eu-1");
  EXPECT_THAT(eu->frames.back().jobs, IsEmpty()) << "nobody could seal history";

  world.Frame("US", "us-2");
  const std::vector<JobOrder> orders = eu->frames.back().jobs;
  ASSERT_THAT(orders, SizeIs(2));
  for (const JobOrder& order : orders) {
    ASSERT_THAT(order.source_endpoints, SizeIs(2));
    EXPECT_EQ(order.source_endpoints[0].datasets, std::vector<DatasetName>{RowsOf("main")});
    EXPECT_EQ(order.source_endpoints[1].datasets, std::vector<DatasetName>{RowsOf("history")});
  }
}

// Two workers attach at different times; one wake-up soon serves both.
TEST_F(DispatchTest, AFrameThatIsNearlyDueIsSentWithAnother) {
  RecordingLink* us = world_.Frame("US", "us-1");
  world_.clock().Advance(absl::Milliseconds(250));
  RecordingLink* eu = world_.Frame("EU", "eu-1");
  const size_t sent_us = us->frames.size();
  const size_t sent_eu = eu->frames.size();
  world_.clock().Advance(absl::Milliseconds(2400));
  world_.Turn();
  EXPECT_EQ(us->frames.size(), sent_us) << "sent although it is not nearly due";
  world_.clock().Advance(world_.engine().Patience(absl::Minutes(1)));
  world_.Turn();
  EXPECT_EQ(us->frames.size(), sent_us + 1);
  EXPECT_EQ(eu->frames.size(), sent_eu + 1);
  EXPECT_EQ(world_.engine().Patience(absl::Minutes(1)), absl::Seconds(3));
}

// The lease to the second worker was staged, but its write failed.
TEST_F(DispatchTest, ALeaseThatGoesBackToItsFormerHolderIsTakenFromTheOther) {
  world_.Frame("US", "us-1");
  world_.Frame("EU", "eu-1");
  const Migration durable = *world_.Find("m1");
  Migration staged = durable;
  staged.jobs.at(0).worker = WorkerId("eu-2");
  ++staged.jobs.at(0).epoch;
  const Moment now{world_.clock().Now(), world_.clock().Monotonic()};
  Dispatch dispatch(DispatchOptions{absl::Seconds(15), absl::Seconds(3)}, now);
  const auto first = std::make_shared<RecordingLink>();
  const auto second = std::make_shared<RecordingLink>();
  dispatch.OnFrame(1, first, FrameOf("eu-1"), now);
  dispatch.OnFrame(2, second, FrameOf("eu-2"), now);
  dispatch.Update(durable, now);
  dispatch.Update(staged, now);
  dispatch.Update(durable, now);
  const auto row = std::make_shared<const Migration>(durable);
  dispatch.SendFrames([&row](const MigrationKey&) { return row; }, now);
  ASSERT_THAT(first->frames.back().jobs, SizeIs(1));
  EXPECT_EQ(first->frames.back().jobs[0].epoch, durable.jobs.at(0).epoch);
  EXPECT_THAT(second->frames.back().jobs, IsEmpty());
}

// More is ready than the worker has slots for.
TEST(DispatchSlotsTest, NoWorkerGetsMoreThanItsSlots) {
  World world;
  for (int i = 0; i < 5; ++i) {
    const std::string tenant = absl::StrCat("t", i);
    world.InstallTenant(tenant);
    ASSERT_TRUE(world.Schedule("m", tenant).ok());
    ASSERT_TRUE(world.Start("m", tenant).ok());
  }
  world.Frame("US", "us-1");
  RecordingLink* eu = world.Frame("EU", "eu-1", {}, 2);
  EXPECT_THAT(eu->frames.back().jobs, SizeIs(2));
}

}  // namespace
}  // namespace realm::coordinator
