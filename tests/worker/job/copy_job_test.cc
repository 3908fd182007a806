// One tenant's copy between two stores in memory, where each page holds three records and each
// range four, so that a few dozen records pass every kind of boundary.

#include "worker/job/copy_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/limits.h"
#include "tests/support/worker/job_world.h"

namespace realm::worker {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(CopyJobTest, TargetHoldsTheSameRecordsAndTheManifestSaysSo) {
  JobWorld world(TwoTables(), TwoTables());
  world.Seed(kRecords);
  const Outcome outcome = world.Run(world.FinalCopy());
  ASSERT_EQ(outcome.state, v1::JobReport::STATE_DONE) << outcome.status;
  for (const std::string table : {"page", "comment"}) {
    EXPECT_EQ(world.target.store->records(kTenant, table),
              world.source.store->records(kTenant, table));
  }
  ASSERT_THAT(outcome.result.manifest, SizeIs(2));
  EXPECT_EQ(outcome.result.manifest[0].dataset(), "notes");
  EXPECT_EQ(outcome.result.manifest[0].table(), "page");
  EXPECT_EQ(outcome.result.manifest[1].table(), "comment");
  EXPECT_EQ(outcome.result.manifest[1].records(), kRecords);
  EXPECT_THAT(outcome.result.manifest[1].root_digest(), SizeIs(32));
  EXPECT_NE(outcome.result.manifest[0].root_digest(), outcome.result.manifest[1].root_digest());
  EXPECT_TRUE(world.NeighboursUntouched());
}

TEST(CopyJobTest, TenantWithoutRecordsIsCopied) {
  JobWorld world;
  const Outcome outcome = world.Run(world.FinalCopy());
  ASSERT_EQ(outcome.state, v1::JobReport::STATE_DONE) << outcome.status;
  ASSERT_THAT(outcome.result.manifest, SizeIs(1));
  EXPECT_EQ(outcome.result.manifest[0].records(), 0);
}

TEST(CopyJobTest, GateIsClosedAndTheSourceSealedOnlyIfOrdered) {
  JobWorld world;
  world.Seed(kRecords);
  ASSERT_EQ(world.Run(world.Order(v1::Job::KIND_COPY)).state, v1::JobReport::STATE_DONE);
  EXPECT_EQ(world.target.store->control(kTenant).access, Access::kClosed);
  EXPECT_EQ(world.source.store->control(kTenant).access, Access::kOpen);
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
  EXPECT_EQ(world.source.store->control(kTenant).access, Access::kClosed);
  EXPECT_EQ(world.source.store->control(kTenant).access_epoch, world.epoch);
  EXPECT_EQ(world.source.store->control(kNeighbour).access, Access::kOpen);
}

TEST(CopyJobTest, SecondCopyWritesOnlyTheRangesThatDiffer) {
  JobWorld world;
  world.Seed(kRecords);
  ASSERT_EQ(world.Run(world.Order(v1::Job::KIND_COPY)).state, v1::JobReport::STATE_DONE);
  ASSERT_EQ(world.target.store->written(), kRecords);
  ASSERT_TRUE(world.source.store->Put(kTenant, "", JobWorld::Key(9), "changed").ok());
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
  EXPECT_EQ(world.target.store->records(kTenant), world.source.store->records(kTenant));
  EXPECT_EQ(world.target.store->written(), kRecords + world.source.store->options().range_records);
  EXPECT_EQ(world.target.store->removed(), 0);
}

TEST(CopyJobTest, RecordsRemovedAtTheSourceAreRemovedAtTheTarget) {
  for (const int removed : {0, 7, 8, kRecords - 1}) {
    JobWorld world;
    world.Seed(kRecords);
    ASSERT_EQ(world.Run(world.Order(v1::Job::KIND_COPY)).state, v1::JobReport::STATE_DONE);
    ASSERT_TRUE(world.source.store->Remove(kTenant, "", JobWorld::Key(removed)).ok());
    ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
    EXPECT_EQ(world.target.store->records(kTenant), world.source.store->records(kTenant));
  }
}

TEST(CopyJobTest, AllRecordsRemovedAtTheSourceLeaveTheTargetEmpty) {
  JobWorld world;
  world.Seed(kRecords);
  ASSERT_EQ(world.Run(world.Order(v1::Job::KIND_COPY)).state, v1::JobReport::STATE_DONE);
  for (int i = 0; i < kRecords; ++i) {
    ASSERT_TRUE(world.source.store->Remove(kTenant, "", JobWorld::Key(i)).ok());
  }
  const Outcome outcome = world.Run(world.FinalCopy());
  ASSERT_EQ(outcome.state, v1::JobReport::STATE_DONE) << outcome.status;
  EXPECT_THAT(world.target.store->records(kTenant), IsEmpty());
  EXPECT_EQ(outcome.result.manifest[0].records(), 0);
}

// The tenant works on while the copy runs: one change before each page that is written.
TEST(CopyJobTest, WritesAtTheSourceDuringTheCopyConverge) {
  JobWorld world;
  world.Seed(kRecords);
  int changes = 0;
  world.target.faults.Before("Write", [&] {
    const std::string key = JobWorld::Key(5 * changes % kRecords);
    if (++changes > 20) return;
    const absl::Status written =
        changes % 3 == 0 ? world.source.store->Remove(kTenant, "", key)
                         : world.source.store->Put(kTenant, "", key, absl::StrCat("v", changes));
    EXPECT_TRUE(written.ok());
  });
  const Outcome outcome = world.Run(world.Order(v1::Job::KIND_COPY));
  ASSERT_EQ(outcome.state, v1::JobReport::STATE_DONE) << outcome.status;
  ASSERT_GT(changes, 9);
  world.target.faults.Before("Write", [] {});
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
  EXPECT_EQ(world.target.store->records(kTenant), world.source.store->records(kTenant));
}

TEST(CopyJobTest, SourceThatNeverRestsFailsTheAttempt) {
  JobWorld world;
  world.Seed(kRecords);
  int changes = 0;
  world.source.faults.Before("Digester::Next", [&] {
    for (int i = 0; i < kRecords; ++i) {
      ASSERT_TRUE(
          world.source.store->Put(kTenant, "", JobWorld::Key(i), absl::StrCat("v", ++changes))
              .ok());
    }
  });
  const Outcome outcome = world.Run(world.Order(v1::Job::KIND_COPY));
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED);
  EXPECT_THAT(std::string(outcome.status.message()),
              HasSubstr("the source changes faster than it can be copied"));
}

// One record that changes all the time must not keep its tenant from ever moving.
TEST(CopyJobTest, AFewRangesThatNeverRestAreLeftToTheLastPass) {
  JobWorld world;
  world.Seed(kRecords);
  int changes = 0;
  world.source.faults.Before("Digester::Next", [&] {
    ASSERT_TRUE(
        world.source.store->Put(kTenant, "", JobWorld::Key(3), absl::StrCat("v", ++changes)).ok());
  });
  const Outcome outcome = world.Run(world.Order(v1::Job::KIND_COPY));
  ASSERT_EQ(outcome.state, v1::JobReport::STATE_DONE) << outcome.status;
  world.source.faults.Before("Digester::Next", [] {});
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
  EXPECT_EQ(world.target.store->records(kTenant), world.source.store->records(kTenant));
}

// An app that ignores the seal must not end in a manifest that a purge would trust.
TEST(CopyJobTest, WritesPastTheSealAreNoticed) {
  JobWorld world;
  world.Seed(kRecords);
  int changes = 0;
  world.source.faults.Before("Digester::Next", [&] {
    world.source.store->Smuggle(kTenant, "", JobWorld::Key(3), absl::StrCat("v", ++changes));
  });
  EXPECT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_FAILED);
}

TEST(CopyJobTest, TargetThatAlreadyHoldsRecordsIsRefusedAndUntouched) {
  JobWorld world;
  world.Seed(kRecords);
  world.Put(world.target, kTenant, "", 3);
  const Outcome outcome = world.Run(world.FinalCopy());
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_THAT(std::string(outcome.status.message()),
              HasSubstr("the target already holds 1 records of this tenant"));
  EXPECT_THAT(world.target.store->records(kTenant), SizeIs(1));
  EXPECT_EQ(world.target.store->written(), 0);
  // Nothing was started, so whoever works in either realm may go on.
  EXPECT_EQ(world.source.store->control(kTenant).access, Access::kOpen);
  EXPECT_EQ(world.target.store->control(kTenant).access, Access::kOpen);
}

TEST(CopyJobTest, RecordThatComesBeforeTheGateIsClosedIsNotErased) {
  JobWorld world;
  world.Seed(kRecords);
  world.target.faults.Before("SetAccess", [&] { world.Put(world.target, kTenant, "", 3); });
  EXPECT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_THAT(world.target.store->records(kTenant), SizeIs(1));
}

// As a coordinator would order it that was restored from a backup of before the switch. The source
// is not purged yet, and the tenant has begun to work at the target.
TEST(CopyJobTest, TargetThatWasOpenedIsNotWrittenTo) {
  JobWorld world;
  world.Seed(kRecords);
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
  ASSERT_EQ(world.Run(world.Order(v1::Job::KIND_OPEN)).state, v1::JobReport::STATE_DONE);
  ASSERT_TRUE(world.target.store->Put(kTenant, "", "new", "work").ok());
  v1::JobOrder order = world.FinalCopy();
  order.set_generation(2);
  const Outcome outcome = world.Run(order);
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_THAT(std::string(outcome.status.message()),
              HasSubstr("was opened to the tenant under generation 1, epoch 2"));
  EXPECT_EQ(world.target.store->records(kTenant).at("new"), "work");
  EXPECT_EQ(world.target.store->control(kTenant).access, Access::kOpen);
}

// As a coordinator would order it that was restored from a backup of before the tenant's last move:
// what the directory names is what the tenant has left.
TEST(CopyJobTest, SourceThatWasSealedByALostMoveIsNotCopied) {
  JobWorld world;
  world.Seed(kRecords);
  ASSERT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_DONE);
  v1::JobOrder order = world.Order(v1::Job::KIND_COPY);
  order.mutable_ref()->set_migration_id("m2");
  order.set_generation(2);
  order.set_scheduled_generation(2);
  const Outcome outcome = world.Run(order);
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_THAT(std::string(outcome.status.message()),
              HasSubstr("notes: the source was sealed under generation 1, and this migration was "
                        "scheduled under 2; the coordinator was restored"));
  // Of one that was under way when the store was restored, the seal may be its own.
  order.set_scheduled_generation(1);
  order.set_epoch(order.epoch() + 1);
  EXPECT_THAT(std::string(world.Run(order).status.message()),
              HasSubstr("the target already holds"));
}

TEST(CopyJobTest, SourceThatWasPurgedIsNotCopied) {
  JobWorld world;
  world.Seed(kRecords);
  const Outcome copied = world.Run(world.FinalCopy());
  ASSERT_EQ(world.Run(world.Purge(copied.result.manifest)).state, v1::JobReport::STATE_DONE);
  const Outcome outcome = world.Run(world.Order(v1::Job::KIND_COPY));
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_THAT(std::string(outcome.status.message()),
              HasSubstr("a migration that left the source has deleted the tenant's records there"));
}

TEST(CopyJobTest, RecordsThatAnotherMigrationLeftAreNotTakenForOurs) {
  JobWorld world;
  world.Seed(kRecords);
  v1::JobOrder other = world.Order(v1::Job::KIND_COPY);
  other.mutable_ref()->set_migration_id("m0");
  ASSERT_EQ(world.Run(other).state, v1::JobReport::STATE_DONE);
  EXPECT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_FAILED_FOR_GOOD);
}

TEST(CopyJobTest, StoresOfAnotherShapeAreRefusedBeforeTheFirstRecord) {
  MemoryStore::Options other;
  other.schema = "other";
  JobWorld world({}, other);
  world.Seed(kRecords);
  const Outcome outcome = world.Run(world.FinalCopy());
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_THAT(std::string(outcome.status.message()), HasSubstr("notes: the schemas"));
  EXPECT_EQ(world.target.store->written(), 0);
  EXPECT_EQ(world.source.store->control(kTenant).access, Access::kOpen);
}

TEST(CopyJobTest, RecordThatTheTargetRejectsFailsForGood) {
  JobWorld world;
  world.Seed(kRecords);
  world.target.faults.FailFrom("Write", 3, absl::InvalidArgumentError("table '': key 1f2e"));
  EXPECT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_FAILED_FOR_GOOD);
}

// The records of an unsealed source may refer to others that come later.
TEST(CopyJobTest, ReferencesAreCheckedOnceTheSourceIsSealed) {
  JobWorld world;
  world.Seed(kRecords);
  world.target.faults.FailFrom("CheckReferences", 1, absl::FailedPreconditionError("page.parent"));
  EXPECT_EQ(world.Run(world.Order(v1::Job::KIND_COPY)).state, v1::JobReport::STATE_DONE);
  EXPECT_EQ(world.Run(world.FinalCopy()).state, v1::JobReport::STATE_FAILED_FOR_GOOD);
}

TEST(CopyJobTest, ProgressNeverFallsAndGoesOnFromThePreviousAttempt) {
  JobWorld world;
  world.Seed(kRecords);
  v1::JobOrder order = world.FinalCopy();
  order.set_records_done_before(6);
  ASSERT_EQ(world.Run(order).state, v1::JobReport::STATE_DONE);
  EXPECT_FALSE(world.progress.fell());
  EXPECT_EQ(world.progress.last().phase, "verifying");
  EXPECT_EQ(world.progress.last().records_done, kRecords);
  // Six records in pages of three, of which the store knows nothing.
  EXPECT_EQ(world.progress.last().pages_repeated, 2);
  EXPECT_EQ(world.progress.last().records_total_estimate, kRecords);
}

// A source that leaves out its second range of digests.
class GappyRealm final : public SourceRealm {
 public:
  GappyRealm(const Stores& stores, const v1::JobOrder& order) : source_(stores, order) {}

  absl::StatusOr<SourceDataset> Describe(const DatasetName& dataset) override {
    return source_.Describe(dataset);
  }
  absl::StatusOr<std::unique_ptr<Reader>> ReadPages(const DatasetName& dataset,
                                                    absl::string_view table,
                                                    const KeyRange& range) override {
    return source_.ReadPages(dataset, table, range);
  }
  absl::StatusOr<std::unique_ptr<Digester>> ReadDigests(const DatasetName& dataset,
                                                        absl::string_view table,
                                                        const KeyRange& range) override {
    return std::make_unique<Gappy>(source_.ReadDigests(dataset, table, range).value());
  }
  absl::Status Seal(const std::vector<DatasetName>& datasets) override {
    return source_.Seal(datasets);
  }

 private:
  class Gappy final : public Digester {
   public:
    explicit Gappy(std::unique_ptr<Digester> inner) : inner_(std::move(inner)) {}
    absl::StatusOr<RangeDigest> Next() override {
      if (++read_ == 2) (void)inner_->Next();
      return inner_->Next();
    }

   private:
    const std::unique_ptr<Digester> inner_;
    int read_ = 0;
  };

  LocalSourceRealm source_;
};

TEST(CopyJobTest, RangesThatLeaveARecordBetweenThemAreRefused) {
  JobWorld world;
  world.Seed(30);
  const v1::JobOrder order = world.FinalCopy();
  GappyRealm source(*world.source.stores, order);
  JobEnvironment environment;
  environment.realm = world.target.code;
  environment.stores = world.target.stores.get();
  environment.source = &source;
  environment.stop = &world.stop;
  environment.progress = &world.progress;
  environment.nonce = 1;
  const Outcome outcome = RunJob(order, environment);
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_THAT(outcome.status.message(), HasSubstr("do not follow one another"));
}

}  // namespace
}  // namespace realm::worker
