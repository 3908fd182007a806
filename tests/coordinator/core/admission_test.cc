#include "coordinator/core/admission.h"

#include <gtest/gtest.h>

#include "common/limits.h"
#include "tests/support/coordinator/builders.h"

namespace realm::coordinator {
namespace {

class AdmissionTest : public testing::Test {
 protected:
  AdmissionTest() {
    Install(TenantKey{AppId("notes"), TenantId("acme")}, RealmId("US"), 1, now_, &tenant_);
  }

  absl::StatusOr<Migration> AdmitHook(const HookInput& hook) {
    return Admit(hook, &tenant_, policy_, now_);
  }
  HookInput Wanted() const { return ScheduleFor(KeyFor("m1"), "EU", Window{At(2), At(4)}); }
  std::optional<Refusal> WhyNot(const HookInput& hook) {
    return RefusalOf(AdmitHook(hook).status());
  }

  Policy policy_ = SmallPolicy();
  Tenant tenant_;
  absl::Time now_ = Midnight();
};

TEST_F(AdmissionTest, TheSourceIsWhereTheDirectorySaysAndTheTermsAreTodays) {
  policy_.apps.at(AppId("notes")).terms.purge_grace = absl::Hours(5);
  tenant_.last_epoch = 7;
  const auto admitted = AdmitHook(Wanted());
  ASSERT_TRUE(admitted.ok()) << admitted.status();
  EXPECT_EQ(admitted->source, RealmId("US"));
  EXPECT_EQ(admitted->target, RealmId("EU"));
  EXPECT_FALSE(admitted->no_op);
  EXPECT_EQ(admitted->terms.purge_grace, absl::Hours(5));
  EXPECT_EQ(admitted->last_epoch, 7u);
  ASSERT_EQ(admitted->transfers.size(), 1u);
  EXPECT_EQ(admitted->transfers[0].datasets[0], DatasetName("main-rows"));
  EXPECT_EQ(admitted->state, State::kNone);
}

TEST_F(AdmissionTest, LocationsAreTrimmedButNotFolded) {
  HookInput wanted = Wanted();
  wanted.location = " EU\n";
  EXPECT_TRUE(AdmitHook(wanted).ok());
  wanted.location = "Eu";
  EXPECT_EQ(WhyNot(wanted), Refusal::kRealmUnsupported);
}

TEST_F(AdmissionTest, AnAliasNamesItsRealm) {
  policy_.realms["EUROPE"] = policy_.realms["EU"];
  HookInput wanted = Wanted();
  wanted.location = "EUROPE";
  const auto admitted = AdmitHook(wanted);
  ASSERT_TRUE(admitted.ok()) << admitted.status();
  EXPECT_EQ(admitted->target, RealmId("EU"));
  HookInput start = HookFor(Hook::kStart, KeyFor("m1"));
  for (const char* same : {"EU", "EUROPE", ""}) {
    start.location = same;
    EXPECT_TRUE(CompareWithSchedule(start, *admitted, policy_).ok()) << same;
  }
  start.location = "US";
  EXPECT_EQ(RefusalOf(CompareWithSchedule(start, *admitted, policy_)), Refusal::kLocationMismatch);
}

TEST_F(AdmissionTest, EqualStoresAndEqualRealmsAreNoOps) {
  tenant_.realm = RealmId("EU");
  for (const char* target : {"EU", "DE"}) {
    HookInput wanted = Wanted();
    wanted.location = target;
    const auto admitted = AdmitHook(wanted);
    ASSERT_TRUE(admitted.ok()) << admitted.status();
    EXPECT_TRUE(admitted->no_op) << target;
  }
}

TEST_F(AdmissionTest, TheWindowIsBoundedOnEverySide) {
  const auto with = [&](absl::Time start, absl::Time end) {
    HookInput wanted = Wanted();
    wanted.window = Window{start, end};
    return AdmitHook(wanted).ok();
  };
  EXPECT_TRUE(with(At(2), At(2) + kWindowMin));
  EXPECT_FALSE(with(At(2), At(2) + kWindowMin - absl::Seconds(1)));
  EXPECT_TRUE(with(At(2), At(2) + kWindowMax));
  EXPECT_FALSE(with(At(2), At(2) + kWindowMax + absl::Seconds(1)));
  EXPECT_FALSE(with(At(4), At(2)));
  EXPECT_FALSE(with(now_ - absl::Hours(2), now_));
  EXPECT_TRUE(with(now_ - absl::Hours(2), now_ + absl::Seconds(1)));
  EXPECT_TRUE(with(now_ + kScheduleAheadMax, now_ + kScheduleAheadMax + absl::Hours(1)));
  EXPECT_FALSE(
      with(now_ + kScheduleAheadMax + absl::Seconds(1), now_ + kScheduleAheadMax + absl::Hours(1)));
  EXPECT_FALSE(with(absl::InfinitePast(), absl::InfiniteFuture()));
}

TEST_F(AdmissionTest, TheFullerOfTheTwoRealmsCounts) {
  policy_.per_realm_max = 3;
  HookInput wanted = Wanted();
  wanted.overlaps.source_realm = 2;
  wanted.overlaps.target_realm = 2;
  EXPECT_TRUE(AdmitHook(wanted).ok());
  wanted.overlaps.target_realm = 3;
  EXPECT_EQ(WhyNot(wanted), Refusal::kTooMany);
  wanted.overlaps = Overlaps{3, 0, 0, 0};
  EXPECT_EQ(WhyNot(wanted), Refusal::kTooMany);
}

TEST_F(AdmissionTest, AnotherMigrationUnderWayIsBusyAndItsOwnIsNot) {
  tenant_.active = MigrationId("m0");
  EXPECT_EQ(WhyNot(Wanted()), Refusal::kTenantBusy);
  tenant_.active = MigrationId("m1");
  EXPECT_TRUE(AdmitHook(Wanted()).ok());
}

TEST_F(AdmissionTest, DataThatNobodyCanReachIsNotMoved) {
  tenant_.realm = RealmId("MARS");
  EXPECT_EQ(WhyNot(Wanted()), Refusal::kTenantUnknown);
  tenant_.realm = RealmId();
  EXPECT_EQ(WhyNot(Wanted()), Refusal::kTenantUnknown);
  EXPECT_EQ(RefusalOf(Admit(Wanted(), nullptr, policy_, now_).status()), Refusal::kTenantUnknown);
}

// Nobody asks a store about what is not copied.
TEST_F(AdmissionTest, NothingIsTakenForMovedOnTheWordOfARestoredDirectory) {
  HookInput back = ScheduleFor(KeyFor("m1"), "US", Window{At(2), At(4)});
  back.generation = 2;
  EXPECT_EQ(WhyNot(back), Refusal::kRealmInDoubt);
  HookInput wanted = Wanted();
  wanted.generation = 2;
  EXPECT_TRUE(AdmitHook(wanted).ok());
  tenant_.realm = RealmId("DE");
  EXPECT_EQ(WhyNot(wanted), Refusal::kRealmInDoubt);
  tenant_.generation = 2;
  EXPECT_TRUE(AdmitHook(wanted).ok());
  tenant_.generation = 0;  // Of a build that did not note it.
  EXPECT_EQ(WhyNot(wanted), Refusal::kRealmInDoubt);
  wanted.generation = 1;
  EXPECT_TRUE(AdmitHook(wanted).ok());
}

TEST_F(AdmissionTest, AMessageSaysWhatWouldBeAccepted) {
  HookInput wanted = Wanted();
  wanted.location = "AU";
  EXPECT_EQ(AdmitHook(wanted).status().message(),
            "location \"AU\" is not a realm of the app; it has US, EU, DE");
}

}  // namespace
}  // namespace realm::coordinator
