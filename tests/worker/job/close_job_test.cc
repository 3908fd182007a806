// The gate of what does not block is closed before the platform can commit, whether or not its copy
// has begun.

#include "worker/job/close_job.h"

#include <gtest/gtest.h>

#include "tests/support/worker/job_world.h"

namespace realm::worker {
namespace {

Control ControlAt(const JobRealm& realm) {
  return realm.store->control(kTenant);
}

TEST(CloseJobTest, GateClosesAndNothingElseChanges) {
  JobWorld world;
  world.Seed(5);
  const v1::JobOrder order = world.Order(v1::Job::KIND_CLOSE);
  ASSERT_EQ(world.Run(order).state, v1::JobReport::STATE_DONE);
  EXPECT_EQ(ControlAt(world.target).access, Access::kClosed);
  EXPECT_EQ(ControlAt(world.target).fence.epoch, 0) << "a copy beside it would be fenced";
  EXPECT_EQ(ControlAt(world.source).access, Access::kOpen);
  EXPECT_EQ(world.target.store->written(), 0);
  EXPECT_EQ(world.Run(order).state, v1::JobReport::STATE_DONE) << "again is as once";
}

// Whichever of the two was leased first.
TEST(CloseJobTest, ACopyRunsOnBesideIt) {
  for (const bool copy_first : {true, false}) {
    JobWorld world;
    world.Seed(20);
    v1::JobOrder first = world.Order(copy_first ? v1::Job::KIND_COPY : v1::Job::KIND_CLOSE);
    v1::JobOrder second = world.Order(copy_first ? v1::Job::KIND_CLOSE : v1::Job::KIND_COPY);
    Outcome closed;
    int writes = 0;
    world.target.faults.Before("Write", [&] {
      if (++writes == 3) closed = world.Run(copy_first ? second : first);
    });
    const Outcome copied = world.Run(copy_first ? first : second);
    EXPECT_EQ(closed.state, v1::JobReport::STATE_DONE) << closed.status;
    EXPECT_EQ(copied.state, v1::JobReport::STATE_DONE) << copied.status;
    EXPECT_EQ(ControlAt(world.target).access, Access::kClosed);
  }
}

// A coordinator that was restored may order it for a move that is long over.
TEST(CloseJobTest, ATargetThatWasOpenedToItsTenantStaysOpen) {
  JobWorld world;
  world.Seed(5);
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
  ASSERT_EQ(world.Run(world.Order(v1::Job::KIND_OPEN)).state, v1::JobReport::STATE_DONE);
  const Outcome outcome = world.Run(world.Order(v1::Job::KIND_CLOSE));
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED_FOR_GOOD) << outcome.status;
  EXPECT_EQ(ControlAt(world.target).access, Access::kOpen);
}

}  // namespace
}  // namespace realm::worker
