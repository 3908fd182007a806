#include "coordinator/core/directory.h"

#include <gtest/gtest.h>

#include "common/limits.h"
#include "coordinator/core/refusal.h"
#include "tests/support/coordinator/journey.h"

namespace realm::coordinator {
namespace {

TEST(DirectoryTest, TheEntryFollowsTheMigration) {
  Journey journey;
  journey.To(State::kReadyToCommit);
  EXPECT_EQ(journey.tenant().realm, RealmId("US"));
  EXPECT_TRUE(journey.tenant().writable);
  EXPECT_EQ(journey.tenant().active, MigrationId("m1"));

  journey.To(State::kCommitting);
  EXPECT_EQ(journey.tenant().realm, RealmId("US"));
  EXPECT_FALSE(journey.tenant().writable);

  journey.To(State::kSwitched);
  EXPECT_EQ(journey.tenant().realm, RealmId("EU"));
  EXPECT_FALSE(journey.tenant().writable);
  EXPECT_EQ(journey.tenant().read_through, RealmId("US"));

  journey.Run(JobKind::kOpen);
  EXPECT_TRUE(journey.tenant().writable);
  EXPECT_TRUE(journey.tenant().read_through.empty());

  journey.now += absl::Hours(24);
  journey.Run(JobKind::kPurge);
  EXPECT_EQ(journey.row().state, State::kCommitted);
  EXPECT_TRUE(journey.tenant().active.empty());
  EXPECT_EQ(journey.tenant().latest, MigrationId("m1"));
  ASSERT_EQ(journey.tenant().previous.size(), 1u);
  EXPECT_EQ(journey.tenant().previous[0].realm, RealmId("US"));
  EXPECT_EQ(journey.tenant().previous[0].reason, "installed");
  EXPECT_EQ(journey.tenant().previous[0].until, journey.tenant().since);
}

// The counter comes home with the migration's end, so that the next one draws above it.
TEST(DirectoryTest, EpochsGoOnWhereTheLastMigrationEnded) {
  Journey journey;
  journey.To(State::kCommitted);
  const uint64_t last = journey.row().last_epoch;
  EXPECT_EQ(journey.tenant().last_epoch, last);
  journey.key = KeyFor("m2");
  journey.Happen(ScheduleFor(journey.key, "US", Window{At(100), At(102)}));
  EXPECT_EQ(journey.row().last_epoch, last);
  journey.now = At(100);
  journey.Send(Hook::kStart);
  journey.Lease(JobKind::kCopy);
  EXPECT_GT(journey.Find(JobKind::kCopy).epoch, last);
}

// Only what readers act upon draws an epoch.
TEST(DirectoryTest, AnEntryThatReadsTheSameKeepsItsEpoch) {
  Journey journey;
  journey.To(State::kScheduled);
  const uint64_t epoch = journey.tenant().epoch;
  journey.To(State::kReadyToCommit);
  EXPECT_EQ(journey.tenant().epoch, epoch);
}

TEST(DirectoryTest, ManyMovesKeepTheNewestRealms) {
  Tenant tenant;
  Install(TenantKey{AppId("notes"), TenantId("acme")}, RealmId("US"), 1, Midnight(), &tenant);
  for (int i = 0; i < kPreviousRealmsMax + 5; ++i) {
    Migration m;
    m.key = KeyFor(absl::StrCat("m", i));
    m.source = tenant.realm;
    m.target = RealmId(i % 2 == 0 ? "EU" : "US");
    m.state = State::kCommitted;
    m.last_epoch = tenant.last_epoch;
    EXPECT_TRUE(UpdateEntry(Midnight() + absl::Hours(i), &m, &tenant));
    EXPECT_FALSE(UpdateEntry(Midnight() + absl::Hours(i), &m, &tenant));
  }
  ASSERT_EQ(tenant.previous.size(), static_cast<size_t>(kPreviousRealmsMax));
  for (size_t i = 0; i + 1 < tenant.previous.size(); ++i) {
    EXPECT_GT(tenant.previous[i].epoch, tenant.previous[i + 1].epoch);
    EXPECT_EQ(tenant.previous[i].from, tenant.previous[i + 1].until);
  }
  EXPECT_EQ(tenant.previous.front().reason, absl::StrCat("migration m", kPreviousRealmsMax + 3));
}

TEST(DirectoryTest, InstallingElsewhereKeepsTheRealmOfTheData) {
  const TenantKey key{AppId("notes"), TenantId("acme")};
  Tenant tenant;
  EXPECT_EQ(Install(key, RealmId("US"), 1, Midnight(), &tenant), "first");
  EXPECT_EQ(tenant.epoch, 1u);
  EXPECT_TRUE(Uninstall(At(1), &tenant));
  EXPECT_FALSE(Uninstall(At(1), &tenant));
  EXPECT_EQ(Install(key, RealmId("EU"), 1, At(2), &tenant), "kept-previous-realm");
  EXPECT_EQ(tenant.realm, RealmId("US"));
  EXPECT_EQ(tenant.epoch, 1u);
  EXPECT_TRUE(tenant.installed);
  EXPECT_EQ(Install(key, RealmId("US"), 1, At(3), &tenant), "same-realm");
}

TEST(DirectoryTest, ARestorePutsAnEntryInDoubtUntilItsNextMove) {
  Tenant tenant;
  Install({AppId("notes"), TenantId("acme")}, RealmId("US"), 1, Midnight(), &tenant);
  EXPECT_FALSE(IsInDoubt(tenant, 1));
  EXPECT_TRUE(IsInDoubt(tenant, 2));
  EXPECT_EQ(Install(tenant.key, RealmId("US"), 2, At(1), &tenant), "same-realm");
  EXPECT_TRUE(IsInDoubt(tenant, 2));
  Migration m;
  m.key = KeyFor("m1");
  m.source = RealmId("US");
  m.target = RealmId("EU");
  m.generation = 2;
  m.last_epoch = tenant.last_epoch;
  m.state = State::kRolledBack;
  UpdateEntry(At(2), &m, &tenant);
  EXPECT_TRUE(IsInDoubt(tenant, 2));
  m.state = State::kCommitted;
  EXPECT_TRUE(UpdateEntry(At(3), &m, &tenant));
  EXPECT_FALSE(IsInDoubt(tenant, 2));
  EXPECT_TRUE(IsInDoubt(tenant, 3));
}

TEST(DirectoryTest, AnOperatorPutsAnEntryRight) {
  Tenant tenant;
  Install({AppId("notes"), TenantId("acme")}, RealmId("US"), 1, Midnight(), &tenant);
  tenant.writable = false;
  const Tenant before = tenant;
  EXPECT_EQ(RefusalOf(SetRealm({RealmId("EU"), 7, "SUP-1"}, 2, At(1), &tenant)),
            Refusal::kEntryChanged);
  tenant.active = MigrationId("m1");
  EXPECT_EQ(RefusalOf(SetRealm({RealmId("EU"), 1, "SUP-1"}, 2, At(1), &tenant)),
            Refusal::kTenantBusy);
  tenant.active = MigrationId();
  EXPECT_EQ(tenant.realm, before.realm);
  EXPECT_TRUE(IsInDoubt(tenant, 2));

  ASSERT_TRUE(SetRealm({RealmId("EU"), 1, "SUP-1"}, 2, At(1), &tenant).ok());
  EXPECT_EQ(tenant.realm, RealmId("EU"));
  EXPECT_EQ(tenant.epoch, 2u);
  EXPECT_EQ(tenant.last_epoch, 2u);
  EXPECT_TRUE(tenant.writable);
  EXPECT_EQ(tenant.since, At(1));
  EXPECT_EQ(tenant.reason, "operator: SUP-1");
  EXPECT_FALSE(IsInDoubt(tenant, 2));
  ASSERT_EQ(tenant.previous.size(), 1u);
  EXPECT_EQ(tenant.previous[0].realm, RealmId("US"));
  EXPECT_EQ(tenant.previous[0].epoch, 2u);
}

TEST(DirectoryTest, AnOperatorConfirmsAnEntry) {
  Tenant tenant;
  Install({AppId("notes"), TenantId("acme")}, RealmId("US"), 1, Midnight(), &tenant);
  ASSERT_TRUE(SetRealm({RealmId("US"), 1, "SUP-1"}, 2, At(1), &tenant).ok());
  EXPECT_FALSE(IsInDoubt(tenant, 2));
  EXPECT_EQ(tenant.epoch, 1u);
  EXPECT_EQ(tenant.reason, "installed");
  EXPECT_TRUE(tenant.previous.empty());
}

}  // namespace
}  // namespace realm::coordinator
