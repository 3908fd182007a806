#include "coordinator/engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/failpoint.h"
#include "coordinator/core/refusal.h"
#include "coordinator/core/view.h"
#include "coordinator/store/keys.h"
#include "tests/coordinator/engine/world.h"

namespace realm::coordinator {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// Several callers in one turn share one write; each is told its own answer.
TEST(EngineTest, CallersOfOneTurnShareOneWrite) {
  World world;
  for (const char* tenant : {"a", "b", "c"})
    world.InstallTenant(tenant);
  std::vector<std::string> answers;
  for (const char* tenant : {"a", "b", "c"}) {
    HookInput hook = HookFor(Hook::kSchedule, KeyFor("m1", "notes", tenant));
    hook.window = Window{world.clock().Now(), world.clock().Now() + absl::Hours(2)};
    hook.location = "EU";
    world.engine().Submit(Input{hook, "test"}, [&](absl::StatusOr<Answer> answer) {
      ASSERT_TRUE(answer.ok()) << answer.status();
      answers.push_back(answer->status);
    });
  }
  EXPECT_THAT(answers, SizeIs(0)) << "answered before it was written";
  const uint64_t before = world.store().Info().audit_sequence;
  world.Turn();
  EXPECT_THAT(answers, SizeIs(3));
  EXPECT_EQ(world.store().Info().audit_sequence, before + 3);
}

// Nothing was written, and it is said so: the same hook goes through once writes do.
TEST(EngineTest, AFailedWriteIsAnsweredAndForgotten) {
  World world;
  world.InstallTenant();
  REALM_CHECK_OK(ArmFailpoints("coordinator.before-apply=error"));
  EXPECT_TRUE(absl::IsUnavailable(world.Schedule("m1").status()));
  EXPECT_EQ(world.Find("m1"), nullptr);
  EXPECT_TRUE(world.Schedule("m1").ok());
  REALM_CHECK_OK(ArmFailpoints(""));
}

// It was made though the store said that it failed. Whoever goes on from there is refused by the
// store for ever; whoever starts again finds the row.
TEST(EngineTest, AWriteThatWasMadeAllTheSameEndsTheProcessAtTheNextOne) {
  World world;
  for (const char* tenant : {"acme", "globex", "initech"})
    world.InstallTenant(tenant);
  REALM_CHECK_OK(ArmFailpoints("coordinator.after-apply=error"));
  Input other{HookFor(Hook::kRollback, KeyFor("m9", "notes", "globex")), "test"};
  world.engine().Submit(std::move(other), [](const absl::StatusOr<Answer>&) {});
  EXPECT_TRUE(absl::IsUnavailable(world.Schedule("m1").status()));
  EXPECT_DEATH(world.Schedule("m2", "initech").IgnoreError(), "the audit sequence falls");
  REALM_CHECK_OK(ArmFailpoints(""));
  world.Restart();
  EXPECT_NE(world.Find("m1"), nullptr);
}

// The process is killed after the answer: the migration is there when it starts again.
TEST(EngineTest, AnsweredHooksSurviveARestart) {
  World world;
  world.InstallTenant();
  ASSERT_TRUE(world.Schedule("m1").ok());
  ASSERT_TRUE(world.Start("m1").ok());
  world.Restart();
  const MigrationPtr m = world.Find("m1");
  ASSERT_NE(m, nullptr);
  EXPECT_EQ(m->state, State::kCopying);
  const auto again = world.Start("m1");
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->status, "copying");
}

TEST(EngineTest, ARefusedHookWritesNothing) {
  World world;
  world.InstallTenant();
  const uint64_t before = world.store().Info().audit_sequence;
  const auto answer = world.Start("nobody-scheduled-this");
  EXPECT_EQ(RefusalOf(answer.status()), Refusal::kNotScheduled);
  EXPECT_EQ(world.store().Info().audit_sequence, before);
}

// Nobody tells the engine that a window is over; it wakes by itself.
TEST(EngineTest, TimeAloneMovesAMigration) {
  World world;
  world.InstallTenant();
  ASSERT_TRUE(world.Schedule("m1").ok());
  world.clock().Advance(absl::Hours(3));
  world.Turn();
  EXPECT_EQ(world.Find("m1")->state, State::kFailed);
}

// Has no room while it is full, and counts how often it was asked.
class FullStore final : public MemoryStore {
 public:
  absl::Status Apply(const Batch& batch) override {
    if (!full) return MemoryStore::Apply(batch);
    ++tries;
    return absl::ResourceExhaustedError("no room");
  }

  bool full = false;
  int tries = 0;
};

// What is due stays due, and would be tried again at once, for as long as the disk is full.
TEST(EngineTest, AFullDiskIsTriedOnceASecond) {
  FullStore store;
  FakeClock clock;
  auto opened = Engine::Open(&store, SmallPolicy(), &clock, {absl::Seconds(15), absl::Seconds(3)});
  ASSERT_TRUE(opened.ok()) << opened.status();
  Engine& engine = **opened;
  Installation installation;
  installation.key = TenantKey{AppId("notes"), TenantId("acme")};
  engine.Install(RealmId("US"), installation, "test", [](const absl::StatusOr<InstallAnswer>&) {});
  engine.Turn(absl::ZeroDuration());
  HookInput hook = HookFor(Hook::kSchedule, KeyFor("m1"));
  hook.window = Window{clock.Now(), clock.Now() + absl::Hours(2)};
  hook.location = "EU";
  engine.Submit(Input{hook, "test"},
                [](const absl::StatusOr<Answer>& answer) { ASSERT_TRUE(answer.ok()); });
  engine.Turn(absl::ZeroDuration());

  store.full = true;
  clock.Advance(absl::Hours(3));
  for (int i = 0; i < 10; ++i)
    engine.Turn(absl::ZeroDuration());
  EXPECT_EQ(store.tries, 1);
  EXPECT_EQ(engine.Patience(absl::Minutes(1)), absl::Seconds(1));
  clock.Advance(absl::Seconds(1));
  engine.Turn(absl::ZeroDuration());
  EXPECT_EQ(store.tries, 2);
  store.full = false;
  clock.Advance(absl::Seconds(1));
  engine.Turn(absl::ZeroDuration());
  EXPECT_EQ(engine.book().FindMigration(KeyFor("m1"))->state, State::kFailed);
}

// The secret that the platform was told is kept must be kept.
TEST(EngineTest, AnUninstallKeepsTheSecretOfAnInstallationInTheSameBatch) {
  World world;
  Engine& engine = world.engine();
  Installation installation;
  installation.key = TenantKey{AppId("notes"), TenantId("acme")};
  int answers = 0;
  const auto answered = [&](const absl::StatusOr<InstallAnswer>& answer) {
    EXPECT_TRUE(answer.ok()) << answer.status();
    ++answers;
  };
  installation.sealed_secret = "old";
  engine.Install(RealmId("US"), installation, "test", answered);
  world.Turn();
  installation.sealed_secret = "new";
  engine.Install(RealmId("US"), installation, "test", answered);
  engine.Uninstall(installation.key, "test", answered);
  world.Turn();
  EXPECT_EQ(answers, 3);
  const InstallationPtr kept = engine.book().FindInstallation(installation.key);
  EXPECT_EQ(kept->sealed_secret, "new");
  EXPECT_FALSE(kept->installed);
}

// Counts how often it is read.
class CountingClock final : public Clock {
 public:
  absl::Time Now() const override {
    ++reads;
    return clock_.Now();
  }
  absl::Duration Monotonic() const override { return clock_.Monotonic(); }

  mutable int reads = 0;

 private:
  const FakeClock clock_;
};

TEST(EngineTest, ATurnThatDoesNotWaitDoesNotAskHowLong) {
  MemoryStore store;
  CountingClock clock;
  auto opened = Engine::Open(&store, SmallPolicy(), &clock, {absl::Seconds(15), absl::Seconds(3)});
  ASSERT_TRUE(opened.ok()) << opened.status();
  clock.reads = 0;
  (*opened)->Turn(absl::ZeroDuration());
  EXPECT_EQ(clock.reads, 1);
}

// One row cannot be decoded. Its tenant is left alone and told so; the rest go on.
TEST(EngineTest, ARowThatDoesNotDecodeFreezesItsTenantOnly) {
  World world;
  world.InstallTenant("sound");
  world.InstallTenant("broken");
  ASSERT_TRUE(world.Schedule("m1", "broken").ok());
  Batch batch;
  const std::string key = RowKey(KeyFor("m1", "notes", "broken"));
  batch.writes.push_back(Write{key, "not a row", (*world.store().Get(key))->version});
  batch.audit_sequence = world.store().Info().audit_sequence;
  batch.chain_head = world.store().Info().chain_head;
  ASSERT_TRUE(world.store().Apply(batch).ok());
  world.Restart();

  EXPECT_THAT(world.engine().book().Frozen(), SizeIs(1));
  const auto frozen = world.Start("m1", "broken");
  EXPECT_TRUE(absl::IsUnavailable(frozen.status()));
  EXPECT_THAT(std::string(frozen.status().message()), HasSubstr("frozen"));
  EXPECT_TRUE(world.Schedule("m1", "sound").ok());
}

// The trail can be followed from its beginning, over a restart.
TEST(EngineTest, TheAuditChainHolds) {
  World world;
  world.InstallTenant();
  ASSERT_TRUE(world.Schedule("m1").ok());
  world.Restart();
  ASSERT_TRUE(world.Start("m1").ok());
  const auto records = world.engine().ListAudit(0, 100);
  ASSERT_TRUE(records.ok());
  ASSERT_THAT(*records, SizeIs(3));
  std::string head = FirstChainHead();
  uint64_t sequence = 0;
  for (const AuditRecord& record : *records) {
    EXPECT_EQ(record.sequence, ++sequence);
    head = ChainHash(head, record);
    EXPECT_EQ(head, record.hash);
  }
}

TEST(EngineTest, ReinstallingElsewhereKeepsTheTenantWhereItsDataIs) {
  World world;
  world.InstallTenant("acme", "US");
  world.InstallTenant("acme", "EU");
  EXPECT_EQ(world.engine().book().FindTenant({AppId("notes"), TenantId("acme")})->realm.value(),
            "US");
}

// The platform switches first and may go back until it has seen our answer to commit.
class ClockTest : public ::testing::Test {
 protected:
  static Policy SwitchesFirst() {
    Policy policy = SmallPolicy();
    Terms& terms = policy.apps.at(AppId("notes")).terms;
    terms.switch_order = SwitchOrder::kBeforeCommit;
    terms.retry_horizon = absl::Minutes(15);
    return policy;
  }

  ClockTest() : world_(SwitchesFirst()) {
    world_.InstallTenant();
    REALM_CHECK(world_.Schedule("m1").ok());
    REALM_CHECK(world_.Start("m1").ok());
    world_.Frame("US", "us-1");
    eu_ = world_.Frame("EU", "eu-1");
    FinishCopy();
    REALM_CHECK(world_.Say(HookFor(Hook::kCommit, KeyFor("m1"))).ok());
    FinishCopy();
    REALM_CHECK(AllBlockingSealedVerified(*world_.Find("m1")));
  }

  void FinishCopy() {
    const JobOrder copy = eu_->frames.back().jobs.at(0);
    world_.Frame("EU", "eu-1", {Finished(copy)});
  }

  State AfterRequestAtTarget() {
    TrafficInput request{KeyFor("m1"), RealmId("EU"), "edge"};
    REALM_CHECK(world_.Say(request).ok());
    return world_.Find("m1")->state;
  }

  World world_;
  RecordingLink* eu_ = nullptr;
};

TEST_F(ClockTest, AClockThatIsSetForthLetsNoHorizonPass) {
  world_.clock().JumpTo(world_.clock().Now() + absl::Minutes(20));
  EXPECT_EQ(AfterRequestAtTarget(), State::kCommitting);
  world_.clock().Advance(absl::Minutes(15));
  EXPECT_EQ(AfterRequestAtTarget(), State::kSwitched);
}

// Or a tenant that is at the target already would have to wait until the commit seems to be past.
TEST(ClockSetBackTest, ACommitThatSeemsStillToComeIsProvenAtOnce) {
  World world;
  world.InstallTenant();
  REALM_CHECK(world.Schedule("m1").ok());
  REALM_CHECK(world.Start("m1").ok());
  world.Frame("US", "us-1");
  RecordingLink* eu = world.Frame("EU", "eu-1");
  world.Frame("EU", "eu-1", {Finished(eu->frames.back().jobs.at(0))});
  const absl::Time right = world.clock().Now();
  world.clock().JumpTo(right + absl::Minutes(30));
  REALM_CHECK(world.Say(HookFor(Hook::kCommit, KeyFor("m1"))).ok());
  world.Frame("EU", "eu-1", {Finished(eu->frames.back().jobs.at(0))});
  world.clock().JumpTo(right + absl::Seconds(10));
  world.Turn();
  world.clock().Advance(absl::Seconds(1));
  REALM_CHECK(world.Say(TrafficInput{KeyFor("m1"), RealmId("EU"), "edge"}).ok());
  EXPECT_EQ(world.Find("m1")->state, State::kSwitched);
}

TEST_F(ClockTest, AHorizonBeginsAnewWithTheProcess) {
  world_.clock().Advance(absl::Minutes(14));
  world_.Restart();
  world_.Turn();
  world_.clock().Advance(absl::Minutes(2));
  EXPECT_EQ(AfterRequestAtTarget(), State::kCommitting);
  world_.clock().Advance(absl::Minutes(13));
  EXPECT_EQ(AfterRequestAtTarget(), State::kSwitched);
}

}  // namespace
}  // namespace realm::coordinator
