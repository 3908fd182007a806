// A coordinator whose store was put back from a backup.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/engine/world.h"

namespace realm::coordinator {
namespace {

using ::testing::SizeIs;

// A tenant whose copy is ready in EU, and a backup from before its lease.
class RestoredTest : public ::testing::Test {
 protected:
  RestoredTest() {
    world_.InstallTenant();
    REALM_CHECK(world_.Schedule("m1").ok());
    REALM_CHECK(world_.Start("m1").ok());
    backup_ = world_.Backup();
    world_.Frame("US", "us-1");
  }

  World world_;
  std::shared_ptr<const MemoryDisk> backup_;
};

TEST_F(RestoredTest, OpenMigrationsAreTakenForOutdatedOnce) {
  world_.Restore(*backup_);
  EXPECT_TRUE(world_.Find("m1")->outdated);
  const uint64_t version = world_.Find("m1")->version;
  world_.Restart();
  EXPECT_EQ(world_.Find("m1")->version, version);
  const auto trail = world_.engine().ListAudit(0, 100);
  ASSERT_TRUE(trail.ok());
  EXPECT_EQ(trail->back().input, "restored");
  EXPECT_EQ(trail->back().actor, "restore");
}

TEST_F(RestoredTest, ARestartIsNoRestore) {
  world_.Restart();
  EXPECT_FALSE(world_.Find("m1")->outdated);
}

// The restored coordinator draws the epoch of the zombie's lease once more.
TEST_F(RestoredTest, AReportUnderTheSameEpochOfAnotherGenerationChangesNothing) {
  const JobOrder before = world_.Frame("EU", "eu-1")->frames.back().jobs.at(0);
  world_.Restore(*backup_);
  world_.Frame("US", "us-1");
  RecordingLink* eu = world_.Frame("EU", "eu-1", {Running(before)});
  ASSERT_THAT(eu->frames.back().jobs, SizeIs(1));
  const JobOrder after = eu->frames.back().jobs.at(0);
  EXPECT_EQ(after.epoch, before.epoch);
  EXPECT_GT(after.generation, before.generation);
  EXPECT_EQ(after.scheduled_generation, before.generation);
  EXPECT_FALSE(after.known);
  world_.Frame("EU", "eu-1", {Finished(before)});
  EXPECT_EQ(world_.Find("m1")->state, State::kCopying);
  world_.Frame("EU", "eu-1", {Finished(after)});
  EXPECT_EQ(world_.Find("m1")->state, State::kReadyToCommit);
}

// Its copy was leased after the backup, and the rollback came after the restore.
TEST_F(RestoredTest, AnUndoOfWhatTheBackupDoesNotKnowIsOrdered) {
  world_.Frame("EU", "eu-1");
  world_.Restore(*backup_);
  ASSERT_TRUE(world_.Say(HookFor(Hook::kRollback, KeyFor("m1"))).ok());
  EXPECT_EQ(world_.Find("m1")->state, State::kRollingBack);
  RecordingLink* eu = world_.Frame("EU", "eu-1");
  ASSERT_THAT(eu->frames.back().jobs, SizeIs(1));
  EXPECT_EQ(eu->frames.back().jobs[0].kind, JobKind::kRollback);
}

// A tenant that has not moved since the store's beginning, and the store put back from a backup.
class DoubtTest : public ::testing::Test {
 protected:
  DoubtTest() {
    world_.InstallTenant("acme", "US");
    world_.Restore(*world_.Backup());
  }

  absl::StatusOr<Answer> OrderToUs() {
    return world_.Say(ScheduleFor(KeyFor("m1"), "US", Window{At(2), At(4)}));
  }
  TenantPtr Entry() { return world_.engine().book().FindTenant(acme_); }

  const TenantKey acme_{AppId("notes"), TenantId("acme")};
  World world_;
};

TEST_F(DoubtTest, AMoveOfNothingWaitsForAnOperatorsWord) {
  EXPECT_EQ(RefusalOf(OrderToUs().status()), Refusal::kRealmInDoubt);
  EXPECT_EQ(world_.Find("m1"), nullptr);
  ASSERT_TRUE(world_.SetRealm("acme", {RealmId("US"), Entry()->epoch, "SUP-1"}).ok());
  EXPECT_TRUE(OrderToUs().ok());
  EXPECT_TRUE(world_.Find("m1")->no_op);
}

TEST_F(DoubtTest, AWordIsKeptInTheTrailAndOverAStart) {
  const auto entry = world_.SetRealm("acme", {RealmId("EU"), Entry()->epoch, "SUP-1"});
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ((*entry)->realm, RealmId("EU"));
  world_.Restart();
  EXPECT_EQ(Entry()->realm, RealmId("EU"));
  EXPECT_EQ(Entry()->generation, 2u);
  const auto trail = world_.engine().ListAudit(0, 100);
  ASSERT_TRUE(trail.ok());
  EXPECT_EQ(trail->back().input, "set-realm");
  EXPECT_EQ(trail->back().actor, "operator:test");
  EXPECT_EQ(trail->back().detail, "US to EU: SUP-1");
  EXPECT_TRUE(OrderToUs().ok());
  EXPECT_FALSE(world_.Find("m1")->no_op);
}

TEST_F(DoubtTest, AWordOnAnotherEntryChangesNothing) {
  const uint64_t version = Entry()->version;
  EXPECT_EQ(RefusalOf(world_.SetRealm("acme", {RealmId("EU"), 9, "SUP-1"}).status()),
            Refusal::kEntryChanged);
  EXPECT_TRUE(absl::IsNotFound(world_.SetRealm("globex", {RealmId("EU"), 1, "SUP-1"}).status()));
  EXPECT_EQ(Entry()->version, version);
  EXPECT_EQ(world_.engine().ListAudit(0, 100)->size(), 1u);
}

}  // namespace
}  // namespace realm::coordinator
