// What a copy wrote is taken back, wherever the copy stood.

#include "worker/job/rollback_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/limits.h"
#include "tests/support/worker/job_world.h"

namespace realm::worker {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Outcome RunRollback(JobWorld& world) {
  return world.Run(world.Order(v1::Job::KIND_ROLLBACK));
}

TEST(RollbackJobTest, TargetIsEmptyAndClosedAndTheRestUntouched) {
  JobWorld world;
  world.Seed(kRecords);
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
  const Outcome outcome = RunRollback(world);
  ASSERT_EQ(outcome.state, v1::JobReport::STATE_DONE) << outcome.status;
  EXPECT_THAT(world.target.store->records(kTenant), IsEmpty());
  EXPECT_EQ(world.target.store->control(kTenant).access, Access::kClosed);
  EXPECT_EQ(world.progress.last().records_erased, kRecords);
  EXPECT_THAT(world.source.store->records(kTenant), SizeIs(kRecords));
  EXPECT_TRUE(world.NeighboursUntouched());
}

TEST(RollbackJobTest, HalfACopyIsTakenBack) {
  JobWorld world;
  world.Seed(kRecords);
  world.target.faults.FailFrom("Write", 4, absl::UnavailableError("dead"));
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_FAILED);
  world.target.faults.Heal();
  ASSERT_THAT(world.target.store->records(kTenant), SizeIs(9));
  ASSERT_EQ(RunRollback(world).state, v1::JobReport::STATE_DONE);
  EXPECT_THAT(world.target.store->records(kTenant), IsEmpty());
}

TEST(RollbackJobTest, NothingToUndoIsDone) {
  JobWorld world;
  world.Seed(kRecords);
  EXPECT_EQ(RunRollback(world).state, v1::JobReport::STATE_DONE);
}

TEST(RollbackJobTest, MoreThanOneBatchIsErasedInSeveral) {
  JobWorld world;
  world.Seed(kRangeRecords + 10);
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
  const int64_t erases = world.target.faults.calls("Erase");
  ASSERT_EQ(RunRollback(world).state, v1::JobReport::STATE_DONE);
  EXPECT_EQ(world.target.faults.calls("Erase"), erases + 2);
  EXPECT_THAT(world.target.store->records(kTenant), IsEmpty());
}

// The copy refused to write over them; the rollback that follows must not delete them either.
TEST(RollbackJobTest, RecordsThatWereThereBeforeStay) {
  JobWorld world;
  world.Seed(kRecords);
  world.Put(world.target, kTenant, "", 3);
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  const Outcome outcome = RunRollback(world);
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_DONE) << outcome.status;
  EXPECT_THAT(world.target.store->records(kTenant), SizeIs(1));
}

// As a coordinator would order it that was restored from a backup of before the switch.
TEST(RollbackJobTest, TargetThatWasOpenedIsNotErased) {
  JobWorld world;
  world.Seed(kRecords);
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
  ASSERT_EQ(world.Run(world.Order(v1::Job::KIND_OPEN)).state, v1::JobReport::STATE_DONE);
  v1::JobOrder order = world.Order(v1::Job::KIND_ROLLBACK);
  order.set_generation(2);
  const Outcome outcome = world.Run(order);
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_THAT(std::string(outcome.status.message()),
              HasSubstr("was opened to the tenant under generation 1, epoch 2"));
  EXPECT_THAT(world.target.store->records(kTenant), SizeIs(kRecords));
  EXPECT_EQ(world.target.store->control(kTenant).access, Access::kOpen);
}

TEST(RollbackJobTest, CursorThatDoesNotDecodeIsNotTakenForAnotherMigrations) {
  JobWorld world;
  world.Seed(kRecords);
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
  const std::unique_ptr<Connector> connector =
      *world.target.stores->Open(DatasetName("notes"), AppId("app"), TenantId(kTenant));
  ASSERT_TRUE(connector->SaveCursor({1, world.epoch, world.nonce}, "\xff\xff\xff").ok());
  EXPECT_EQ(RunRollback(world).state, v1::JobReport::STATE_FAILED_FOR_GOOD);
}

TEST(RollbackJobTest, RecordThatComesBackIsReported) {
  JobWorld world;
  world.Seed(kRecords);
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
  const int64_t digests = world.target.faults.calls("DigestOf");
  world.target.faults.Before("DigestOf",
                             [&] { world.target.store->Smuggle(kTenant, "", "a", "v"); });
  const Outcome outcome = RunRollback(world);
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_EQ(outcome.result.records_left, 1);
  EXPECT_GT(world.target.faults.calls("DigestOf"), digests);
}

TEST(RollbackJobTest, DeliveredTwiceTheSecondLeaves) {
  JobWorld world;
  world.Seed(kRecords);
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
  const v1::JobOrder order = world.Order(v1::Job::KIND_ROLLBACK);
  ASSERT_EQ(world.Run(order).state, v1::JobReport::STATE_DONE);
  EXPECT_TRUE(absl::IsAborted(world.Run(order).status));
}

TEST(RollbackJobTest, KilledAtAnyCallItIsFinishedByAnother) {
  for (const Faults::When when : {Faults::When::kBefore, Faults::When::kAfter}) {
    int64_t k = 1;
    for (;; ++k) {
      JobWorld world;
      world.Seed(kRecords);
      ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
      world.target.faults.DieAt(k, when);
      if (RunRollback(world).state == v1::JobReport::STATE_DONE) break;
      world.target.faults.Heal();
      ASSERT_EQ(RunRollback(world).state, v1::JobReport::STATE_DONE) << k;
      ASSERT_THAT(world.target.store->records(kTenant), IsEmpty());
      ASSERT_TRUE(world.NeighboursUntouched());
    }
    EXPECT_GT(k, 7);
  }
}

}  // namespace
}  // namespace realm::worker
