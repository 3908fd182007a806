// The target's gate opens after the switch, and a sealed source opens again when nothing came of
// it.

#include "worker/job/open_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/worker/job_world.h"

namespace realm::worker {
namespace {

Access AccessAt(const JobRealm& realm) {
  return realm.store->control(kTenant).access;
}

TEST(OpenJobTest, GateOpensAndMayBeOpenedTwice) {
  JobWorld world;
  world.Seed(5);
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
  const v1::JobOrder order = world.Order(v1::Job::KIND_OPEN);
  ASSERT_EQ(world.Run(order).state, v1::JobReport::STATE_DONE);
  EXPECT_EQ(AccessAt(world.target), Access::kOpen);
  EXPECT_EQ(AccessAt(world.source), Access::kClosed);
  EXPECT_EQ(world.Run(order).state, v1::JobReport::STATE_DONE);
  EXPECT_EQ(AccessAt(world.target), Access::kOpen);
}

// A copy that wakes up after the gate was opened finds its token worthless.
TEST(OpenJobTest, NoOlderTokenPassesOnceItIsOpen) {
  JobWorld world;
  world.Seed(20);
  Outcome opened;
  int writes = 0;
  world.target.faults.Before("Write", [&] {
    if (++writes == 3) opened = world.Run(world.Order(v1::Job::KIND_OPEN));
  });
  const Outcome copy = world.Run(world.FinalCopy());
  ASSERT_EQ(opened.state, v1::JobReport::STATE_DONE) << opened.status;
  EXPECT_TRUE(absl::IsAborted(copy.status)) << copy.status;
  EXPECT_EQ(world.target.store->written(), 6);
}

TEST(OpenJobTest, OlderOrderDoesNotOpenWhatANewerOneClosed) {
  JobWorld world;
  world.Seed(5);
  const v1::JobOrder open = world.Order(v1::Job::KIND_OPEN);
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
  const Outcome late = world.Run(open);
  EXPECT_TRUE(absl::IsAborted(late.status)) << late.status;
  EXPECT_EQ(late.fenced_count, 1);
  EXPECT_EQ(AccessAt(world.target), Access::kClosed);
}

}  // namespace
}  // namespace realm::worker
