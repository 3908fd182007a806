#include "coordinator/core/step.h"

#include <gtest/gtest.h>

#include "tests/support/coordinator/journey.h"

namespace realm::coordinator {
namespace {

TEST(StepTest, VersionsGrowByOneWithEachWrite) {
  Journey journey;
  uint64_t version = 0;
  const auto expect_written = [&](const Changes& changes) {
    ASSERT_TRUE(changes.migration.has_value());
    EXPECT_EQ(changes.migration->version, ++version);
    EXPECT_TRUE(changes.answer.recorded);
  };
  expect_written(journey.Schedule());
  journey.now = At(2);
  expect_written(journey.Send(Hook::kStart));
  expect_written(journey.Lease(JobKind::kCopy));
  EXPECT_FALSE(journey.Tick().migration.has_value());
  expect_written(journey.Send(Hook::kRollback));
}

TEST(StepTest, TheTenantIsWrittenOnlyWhenItChanges) {
  Journey journey;
  EXPECT_TRUE(journey.Schedule().tenant.has_value());
  journey.now = At(2);
  EXPECT_FALSE(journey.Send(Hook::kStart).tenant.has_value());
  EXPECT_FALSE(journey.Lease(JobKind::kCopy).tenant.has_value());
  EXPECT_FALSE(journey.Report(JobKind::kCopy, ReportInput::Outcome::kDone).tenant.has_value());
  EXPECT_TRUE(journey.Send(Hook::kCommit).tenant.has_value());
}

TEST(StepTest, RedeliveredCommitChangesOnlyWhenItWasAnswered) {
  Journey journey;
  journey.To(State::kCommitting);
  Migration before = journey.row();
  journey.now += absl::Seconds(10);
  const Changes again = journey.Send(Hook::kCommit);
  EXPECT_TRUE(again.answer.replayed);
  EXPECT_EQ(again.answer.status, "committing");
  EXPECT_EQ(journey.row().commit_answered, journey.now);
  EXPECT_EQ(journey.row().jobs.size(), before.jobs.size());
  EXPECT_EQ(journey.row().last_epoch, before.last_epoch);
  EXPECT_FALSE(again.tenant.has_value());
  EXPECT_TRUE(again.moves.empty());
}

// The clock may go back; an answer that was given stays given.
TEST(StepTest, AClockThatGoesBackDoesNotShortenTheHorizon) {
  Journey journey;
  journey.To(State::kCommitting);
  const absl::Time answered = journey.row().commit_answered;
  journey.now -= absl::Hours(24);
  journey.Send(Hook::kCommit);
  EXPECT_EQ(journey.row().commit_answered, answered);
}

TEST(StepTest, AStepSaysWhichWaysItTook) {
  Journey journey;
  journey.world.tenants.begin()->second.realm = RealmId("EU");
  journey.Schedule("DE");
  journey.now = At(2);
  const Changes changes = journey.Send(Hook::kStart);
  ASSERT_EQ(changes.moves.size(), 2u);
  EXPECT_EQ(changes.moves[0].from, State::kScheduled);
  EXPECT_EQ(changes.moves[0].event, Event::kStart);
  EXPECT_EQ(changes.moves[1].event, Event::kCopied);
  EXPECT_EQ(changes.moves[1].to, State::kReadyToCommit);
}

TEST(StepTest, TheAuditRecordSaysWhoWhatWhyBeforeAndAfter) {
  Journey journey;
  journey.To(State::kReadyToCommit);
  journey.Happen(HookFor(Hook::kCommit, journey.key), "platform:forge");
  const AuditRecord& record = journey.world.audit.back();
  EXPECT_EQ(record.actor, "platform:forge");
  EXPECT_EQ(record.input, "commit");
  EXPECT_EQ(record.before, State::kReadyToCommit);
  EXPECT_EQ(record.after, State::kCommitting);
  EXPECT_EQ(record.time, journey.now);
  EXPECT_EQ(record.key, journey.key);
  EXPECT_EQ(record.epoch, journey.row().last_epoch);
}

TEST(StepTest, ARefusalLeavesNothingBehind) {
  Journey journey;
  journey.To(State::kCopying);
  const Migration before = journey.row();
  const size_t records = journey.world.audit.size();
  EXPECT_EQ(RefusalOf(journey.Try(HookFor(Hook::kCommit, journey.key)).status()),
            Refusal::kTooEarly);
  EXPECT_EQ(journey.row().version, before.version);
  EXPECT_EQ(journey.world.audit.size(), records);
}

// What is late for one migration does not touch the tenant's next one.
TEST(StepTest, HooksOfAnEndedMigrationLeaveTheNextOneAlone) {
  Journey journey;
  journey.To(State::kRolledBack);
  journey.key = KeyFor("m2");
  journey.now = At(5);
  journey.Happen(ScheduleFor(journey.key, "EU", Window{At(6), At(8)}));
  const Tenant before = journey.tenant();
  for (Hook hook : {Hook::kStart, Hook::kRollback}) {
    const auto changes = journey.Try(HookFor(hook, KeyFor("m1"), "late"));
    EXPECT_TRUE(!changes.ok() || !changes->tenant.has_value()) << ToString(hook);
  }
  // A tombstone beside it, neither.
  EXPECT_FALSE(journey.Happen(HookFor(Hook::kRollback, KeyFor("m3"))).tenant.has_value());
  EXPECT_EQ(journey.tenant().active, MigrationId("m2"));
  EXPECT_EQ(journey.tenant().version, before.version);
}

TEST(StepTest, ARollbackWithoutAnIdOfATenantThatNeverMigratedIsAnswered) {
  Journey journey;
  journey.key = KeyFor("");
  const Changes changes = journey.Send(Hook::kRollback);
  EXPECT_EQ(changes.answer.status, "cancelled");
  EXPECT_FALSE(changes.migration.has_value());
  EXPECT_TRUE(journey.world.migrations.empty());
}

TEST(StepTest, HooksWithoutAnIdMeanTheOneUnderWayOrElseTheLatest) {
  Tenant tenant;
  const MigrationId none;
  EXPECT_EQ(ResolveMigration(Hook::kStart, none, nullptr), none);
  EXPECT_EQ(ResolveMigration(Hook::kStart, MigrationId("m1"), &tenant), MigrationId("m1"));
  EXPECT_EQ(ResolveMigration(Hook::kStart, none, &tenant), none);
  EXPECT_EQ(ResolveMigration(Hook::kSchedule, none, &tenant), MigrationId("unnamed-1"));
  tenant.latest = MigrationId("m1");
  tenant.migration_count = 1;
  EXPECT_EQ(ResolveMigration(Hook::kStart, none, &tenant), MigrationId("m1"));
  EXPECT_EQ(ResolveMigration(Hook::kSchedule, none, &tenant), MigrationId("unnamed-2"));
  tenant.active = MigrationId("m2");
  EXPECT_EQ(ResolveMigration(Hook::kSchedule, none, &tenant), MigrationId("m2"));
}

// An operator's rollback comes before the platform's, whose repetitions are answered as it was.
TEST(StepTest, EachOfTwoRollbacksIsAnsweredAgainAsItWas) {
  Journey journey;
  journey.To(State::kReadyToCommit);
  journey.Send(Hook::kRollback, "operator's");
  EXPECT_EQ(journey.Send(Hook::kRollback, "platform's").answer.status, "rolling-back");
  journey.Run(JobKind::kRollback);
  ASSERT_EQ(journey.row().state, State::kRolledBack);
  EXPECT_EQ(journey.Send(Hook::kRollback, "platform's").answer.status, "rolling-back");
  EXPECT_EQ(journey.Send(Hook::kRollback, "operator's").answer.status, "rolling-back");
  EXPECT_EQ(journey.Send(Hook::kRollback, "another").answer.status, "rolled-back");
}

// Switched by a clock that was hours ahead: the grace would last as much longer.
TEST(StepTest, AGraceThatSeemsNotToHaveBegunBeginsWhenTheClockIsDoubted) {
  Journey journey;
  journey.To(State::kSwitched);
  const absl::Time right = journey.now - absl::Hours(3);
  journey.now = right;
  journey.Happen(ClockInput{journey.key});
  EXPECT_EQ(PurgeNotBefore(journey.row()), right + journey.row().terms.purge_grace);
  journey.now += absl::Minutes(1);
  EXPECT_FALSE(journey.Happen(ClockInput{journey.key}).migration.has_value());
}

// Else nobody would be told for those hours that a person must look.
TEST(StepTest, AStateThatSeemsNotToHaveBegunBeginsWhenTheClockIsDoubted) {
  for (const State state : {State::kReadyToCommit, State::kCommitting, State::kRollingBack}) {
    Journey journey;
    journey.To(state);
    const absl::Time right = journey.now - absl::Hours(3);
    journey.now = right;
    journey.Happen(ClockInput{journey.key});
    EXPECT_EQ(journey.row().entered, right) << ToString(state);
    EXPECT_FALSE(journey.Happen(ClockInput{journey.key}).migration.has_value()) << ToString(state);
  }
}

}  // namespace
}  // namespace realm::coordinator
