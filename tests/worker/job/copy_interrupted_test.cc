// Copies that come twice, that wake up too late, that are stopped, and that die at any call: what
// the next attempt makes of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/worker/job_world.h"
#include "worker/job/copy_job.h"

namespace realm::worker {
namespace {

using testing::IsEmpty;

TEST(CopyInterruptedTest, JobDeliveredTwiceRunsOnce) {
  JobWorld world;
  world.Seed(kRecords);
  const v1::JobOrder order = world.FinalCopy();
  ASSERT_EQ(world.Run(order).state, v1::JobReport::STATE_DONE);
  const int64_t written = world.target.store->written();
  const Outcome second = world.Run(order);
  EXPECT_EQ(second.state, v1::JobReport::STATE_FAILED);
  EXPECT_TRUE(absl::IsAborted(second.status)) << second.status;
  EXPECT_EQ(second.fenced_count, 1);
  EXPECT_EQ(world.target.store->written(), written);
}

// A worker that was frozen in the middle of a page wakes up after its job went to another.
TEST(CopyInterruptedTest, ZombieWritesNothing) {
  JobWorld world;
  world.Seed(kRecords);
  Outcome successor;
  int writes = 0;
  world.target.faults.Before("Write", [&] {
    if (++writes != 4) return;
    successor = world.Run(world.Order(v1::Job::KIND_ROLLBACK));
  });
  const Outcome zombie = world.Run(world.FinalCopy());
  ASSERT_EQ(successor.state, v1::JobReport::STATE_DONE) << successor.status;
  EXPECT_TRUE(absl::IsAborted(zombie.status)) << zombie.status;
  EXPECT_EQ(zombie.fenced_count, 1);
  EXPECT_THAT(world.target.store->records(kTenant), IsEmpty());
}

TEST(CopyInterruptedTest, StopIsObeyedBetweenPages) {
  JobWorld world;
  world.Seed(kRecords);
  world.stop.StopAt(3);
  const Outcome outcome = world.Run(world.Order(v1::Job::KIND_COPY));
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_RETURNED);
  EXPECT_EQ(world.target.store->written(), 2 * world.source.store->options().page_records);
}

// For every question whether to stop: stop there, give the job to another, and look at the whole.
TEST(CopyInterruptedTest, StoppedAnywhereItIsFinishedByAnotherWithoutRepeatingAPage) {
  int64_t k = 1;
  for (;; ++k) {
    JobWorld world(TwoTables(), TwoTables());
    world.Seed(kRecords);
    world.stop.StopAt(k);
    const Outcome first = world.Run(world.FinalCopy());
    if (first.state == v1::JobReport::STATE_DONE) break;
    ASSERT_EQ(first.state, v1::JobReport::STATE_RETURNED) << first.status;
    world.stop.StopAt(0);
    const Outcome second = world.Run(world.FinalCopy());
    ASSERT_EQ(second.state, v1::JobReport::STATE_DONE) << "k=" << k << " " << second.status;
    ASSERT_EQ(world.target.store->records(kTenant, "comment"),
              world.source.store->records(kTenant, "comment"));
    ASSERT_EQ(world.target.store->written(), 2 * kRecords) << "k=" << k;
    ASSERT_TRUE(world.NeighboursUntouched());
  }
  EXPECT_GT(k, 20);
}

// What a copy leaves that is killed at any call of any store, before or after the call took effect,
// is finished by the next attempt. The copies start with data that needs repair, so that erasing
// and rewriting is interrupted as well.
class CopyKilledTest : public testing::TestWithParam<Faults::When> {};

TEST_P(CopyKilledTest, AtAnyTargetCallTheNextAttemptEndsRight) {
  int64_t k = 1;
  for (;; ++k) {
    JobWorld world;
    world.Seed(kRecords);
    ASSERT_EQ(world.Run(world.Order(v1::Job::KIND_COPY)).state, v1::JobReport::STATE_DONE);
    ASSERT_TRUE(world.source.store->Remove(kTenant, "", JobWorld::Key(2)).ok());
    ASSERT_TRUE(world.source.store->Put(kTenant, "", JobWorld::Key(14), "changed").ok());
    ASSERT_TRUE(world.source.store->Put(kTenant, "", JobWorld::Key(90), "added").ok());
    world.target.faults.DieAt(k, GetParam());
    const Outcome first = world.Run(world.FinalCopy());
    if (first.state == v1::JobReport::STATE_DONE) break;
    ASSERT_EQ(first.state, v1::JobReport::STATE_FAILED) << first.status;
    world.target.faults.Heal();
    const Outcome second = world.Run(world.FinalCopy());
    ASSERT_EQ(second.state, v1::JobReport::STATE_DONE) << "k=" << k << " " << second.status;
    ASSERT_EQ(world.target.store->records(kTenant), world.source.store->records(kTenant)) << k;
    ASSERT_TRUE(world.NeighboursUntouched());
  }
  EXPECT_GT(k, 30);
}

TEST_P(CopyKilledTest, AtAnyCallOfTheFirstFillAtMostOnePageIsRepeated) {
  int64_t k = 1;
  for (;; ++k) {
    JobWorld world(TwoTables(), TwoTables());
    world.Seed(kRecords);
    world.target.faults.DieAt(k, GetParam());
    const Outcome first = world.Run(world.FinalCopy());
    if (first.state == v1::JobReport::STATE_DONE) break;
    world.target.faults.Heal();
    const Outcome second = world.Run(world.FinalCopy());
    ASSERT_EQ(second.state, v1::JobReport::STATE_DONE) << "k=" << k << " " << second.status;
    ASSERT_LE(world.target.store->written(),
              2 * kRecords + world.target.store->options().page_records);
    ASSERT_EQ(world.target.store->records(kTenant, "page"),
              world.source.store->records(kTenant, "page"));
  }
  EXPECT_GT(k, 40);
}

TEST_P(CopyKilledTest, AtAnySourceCallTheNextAttemptEndsRight) {
  int64_t k = 1;
  for (;; ++k) {
    JobWorld world;
    world.Seed(kRecords);
    world.source.faults.DieAt(k, GetParam());
    const Outcome first = world.Run(world.FinalCopy());
    if (first.state == v1::JobReport::STATE_DONE) break;
    world.source.faults.Heal();
    const Outcome second = world.Run(world.FinalCopy());
    ASSERT_EQ(second.state, v1::JobReport::STATE_DONE) << "k=" << k << " " << second.status;
    ASSERT_EQ(world.target.store->records(kTenant), world.source.store->records(kTenant)) << k;
    ASSERT_EQ(world.source.store->control(kTenant).access, Access::kClosed);
  }
  EXPECT_GT(k, 15);
}

INSTANTIATE_TEST_SUITE_P(When, CopyKilledTest,
                         testing::Values(Faults::When::kBefore, Faults::When::kAfter));

TEST(CopyInterruptedTest, StoppedCopyKeepsWhatItsStoreHasGathered) {
  JobWorld world;
  world.Seed(kRecords);
  world.stop.StopAt(5);
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_RETURNED);
  EXPECT_EQ(world.target.faults.calls("Sync"), 1);
}

}  // namespace
}  // namespace realm::worker
