// A tenant that was copied and verified is deleted at the source, where ranges are of four records.

#include "worker/job/purge_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/worker/job_world.h"

namespace realm::worker {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Of four records each.
constexpr int kRanges = (kRecords + 3) / 4;

class PurgeJobTest : public testing::Test {
 protected:
  // A world after the last copy, with its manifest.
  struct Moved : JobWorld {
    Moved() : JobWorld(TwoTables(), TwoTables()) {
      Seed(kRecords);
      manifest = Run(FinalCopy()).result.manifest;
      REALM_CHECK(manifest.size() == 2);
    }
    Outcome RunPurge() { return Run(Purge(manifest)); }
    size_t Left() const {
      return source.store->records(kTenant, "page").size() +
             source.store->records(kTenant, "comment").size();
    }
    std::vector<v1::TableManifest> manifest;
  };

  Moved world_;
};

TEST_F(PurgeJobTest, SourceHoldsNothingAfterwardsAndOthersAreUntouched) {
  const Outcome outcome = world_.RunPurge();
  ASSERT_EQ(outcome.state, v1::JobReport::STATE_DONE) << outcome.status;
  EXPECT_EQ(world_.Left(), 0);
  EXPECT_EQ(outcome.result.records_left, 0);
  EXPECT_EQ(world_.progress.last().records_erased, 2 * kRecords);
  EXPECT_THAT(world_.target.store->records(kTenant, "page"), SizeIs(kRecords));
  EXPECT_TRUE(world_.NeighboursUntouched());
}

TEST_F(PurgeJobTest, TablesAreEmptiedInReverse) {
  bool reversed = true;
  world_.source.faults.Before("EraseVerified", [&] {
    const bool comments_left = !world_.source.store->records(kTenant, "comment").empty();
    const bool pages_whole = world_.source.store->records(kTenant, "page").size() == kRecords;
    reversed = reversed && (pages_whole || !comments_left);
  });
  ASSERT_EQ(world_.RunPurge().state, v1::JobReport::STATE_DONE);
  EXPECT_TRUE(reversed);
}

TEST_F(PurgeJobTest, RecordThatWasNotVerifiedStopsItBeforeTheFirstDeletion) {
  for (const std::string key : {"a-first", "key-0007x", "z-last"}) {
    Moved world;
    world.source.store->Smuggle(kTenant, "page", key, "secret value");
    const Outcome outcome = world.RunPurge();
    EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED_FOR_GOOD);
    EXPECT_THAT(std::string(outcome.status.message()),
                HasSubstr("the source holds records that were not verified"));
    EXPECT_THAT(std::string(outcome.status.message()), Not(HasSubstr("secret")));
    EXPECT_THAT(std::string(outcome.status.message()), Not(HasSubstr(key)));
    EXPECT_EQ(world.Left(), 2 * kRecords + 1);
  }
}

TEST_F(PurgeJobTest, RecordThatChangedSinceItWasVerifiedStopsIt) {
  world_.source.store->Smuggle(kTenant, "comment", JobWorld::Key(11), "changed");
  EXPECT_EQ(world_.RunPurge().state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_EQ(world_.Left(), 2 * kRecords);
}

TEST_F(PurgeJobTest, RecordThatWasVerifiedAndIsGoneStopsIt) {
  Moved other;
  other.manifest[0].set_records(kRecords + 1);
  EXPECT_EQ(other.RunPurge().state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_EQ(other.Left(), 2 * kRecords);
}

// It comes after the check, while ranges are being deleted: what was deleted was verified, the
// record stays, and so does everything in its range.
TEST_F(PurgeJobTest, RecordThatComesBetweenCheckAndDeletionStops) {
  int erased = 0;
  world_.source.faults.Before("EraseVerified", [&] {
    if (++erased == 3) {
      world_.source.store->Smuggle(kTenant, "comment", JobWorld::Key(8) + "x", "late");
    }
  });
  const Outcome outcome = world_.RunPurge();
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_EQ(world_.Left(), 2 * kRecords - 2 * 4 + 1);
  EXPECT_EQ(world_.source.store->records(kTenant, "comment").count(JobWorld::Key(8) + "x"), 1);
}

TEST_F(PurgeJobTest, RecordThatComesBehindTheDeletionIsFoundByTheProof) {
  int erased = 0;
  world_.source.faults.Before("EraseVerified", [&] {
    if (++erased == 3) world_.source.store->Smuggle(kTenant, "comment", "a-first", "late");
  });
  const Outcome outcome = world_.RunPurge();
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_EQ(outcome.result.records_left, 1);
  EXPECT_EQ(world_.Left(), 1);
}

TEST_F(PurgeJobTest, SourceThatIsNotSealedIsNotTouched) {
  JobWorld world;
  world.Seed(kRecords);
  const Outcome copied = world.Run(world.Order(v1::Job::KIND_COPY));
  ASSERT_EQ(copied.state, v1::JobReport::STATE_DONE);
  const Outcome outcome = world.Run(world.Purge(copied.result.manifest));
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_THAT(std::string(outcome.status.message()), HasSubstr("is not sealed"));
  EXPECT_THAT(world.source.store->records(kTenant), SizeIs(kRecords));
}

TEST_F(PurgeJobTest, TableThatTheManifestDoesNotNameIsNotTouched) {
  world_.manifest.pop_back();
  EXPECT_EQ(world_.RunPurge().state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_EQ(world_.Left(), 2 * kRecords);
}

TEST_F(PurgeJobTest, ManifestUnderAnotherKeyIsNotAccepted) {
  v1::JobOrder order = world_.Purge(world_.manifest);
  order.set_digest_key(std::string(32, 'x'));
  EXPECT_EQ(world_.Run(order).state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_EQ(world_.Left(), 2 * kRecords);
}

TEST_F(PurgeJobTest, OrderForTheTargetRealmIsRefused) {
  v1::JobOrder order = world_.Purge(world_.manifest);
  order.set_source_realm("EU");
  order.set_target_realm("US");
  EXPECT_EQ(world_.Run(order).state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_EQ(world_.Left(), 2 * kRecords);
}

TEST_F(PurgeJobTest, ZombieDeletesNothing) {
  Outcome successor;
  int erased = 0;
  int64_t removed_before = 0;
  world_.source.faults.Before("EraseVerified", [&] {
    if (++erased != 3) return;
    successor = world_.RunPurge();
    removed_before = world_.source.store->removed();
  });
  const Outcome zombie = world_.RunPurge();
  ASSERT_EQ(successor.state, v1::JobReport::STATE_DONE) << successor.status;
  EXPECT_TRUE(absl::IsAborted(zombie.status)) << zombie.status;
  EXPECT_EQ(zombie.fenced_count, 1);
  EXPECT_EQ(world_.source.store->removed(), removed_before);
}

TEST_F(PurgeJobTest, StoppedAnywhereItIsFinishedByAnother) {
  int64_t k = 1;
  for (;; ++k) {
    Moved world;
    world.stop.StopAt(k);
    const Outcome first = world.RunPurge();
    if (first.state == v1::JobReport::STATE_DONE) break;
    ASSERT_EQ(first.state, v1::JobReport::STATE_RETURNED) << first.status;
    world.stop.StopAt(0);
    const Outcome second = world.RunPurge();
    ASSERT_EQ(second.state, v1::JobReport::STATE_DONE) << "k=" << k << " " << second.status;
    ASSERT_EQ(world.Left(), 0);
    ASSERT_EQ(world.source.store->removed(), 2 * kRecords);
  }
  EXPECT_GT(k, 20);
}

TEST_F(PurgeJobTest, KilledAtAnyCallItIsFinishedByAnother) {
  for (const Faults::When when : {Faults::When::kBefore, Faults::When::kAfter}) {
    int64_t k = 1;
    for (;; ++k) {
      Moved world;
      world.source.faults.DieAt(k, when);
      if (world.RunPurge().state == v1::JobReport::STATE_DONE) break;
      world.source.faults.Heal();
      const Outcome second = world.RunPurge();
      ASSERT_EQ(second.state, v1::JobReport::STATE_DONE) << "k=" << k << " " << second.status;
      ASSERT_EQ(world.Left(), 0);
      ASSERT_TRUE(world.NeighboursUntouched());
    }
    EXPECT_GT(k, 30);
  }
}

// The second attempt has only what is left to compare with the manifest; it must still find what
// does not belong there.
TEST_F(PurgeJobTest, ResumedPurgeStillChecksWhatIsLeft) {
  world_.source.faults.FailFrom("EraseVerified", kRanges + 2, absl::UnavailableError("dead"));
  ASSERT_EQ(world_.RunPurge().state, v1::JobReport::STATE_FAILED);
  world_.source.faults.Heal();
  const size_t left = world_.Left();
  ASSERT_LT(left, 2 * kRecords);
  ASSERT_GT(left, 0);
  world_.source.store->Smuggle(kTenant, "page", JobWorld::Key(20), "changed");
  EXPECT_EQ(world_.RunPurge().state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_EQ(world_.Left(), left);
}

TEST_F(PurgeJobTest, ResumedPurgeFindsRecordsInTablesThatWereDone) {
  world_.source.faults.FailFrom("EraseVerified", kRanges + 2, absl::UnavailableError("dead"));
  ASSERT_EQ(world_.RunPurge().state, v1::JobReport::STATE_FAILED);
  world_.source.faults.Heal();
  ASSERT_THAT(world_.source.store->records(kTenant, "comment"), IsEmpty());
  const size_t left = world_.Left();
  world_.source.store->Smuggle(kTenant, "comment", JobWorld::Key(1), "back");
  EXPECT_EQ(world_.RunPurge().state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_EQ(world_.Left(), left + 1);
}

}  // namespace
}  // namespace realm::worker
