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

}  // namespace
}  // namespace realm::coordinator
