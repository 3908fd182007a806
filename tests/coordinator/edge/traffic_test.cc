#include "coordinator/edge/traffic.h"

#include "gtest/gtest.h"

#include "tests/coordinator/edge/fake_coordinator.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_folder.h"

namespace realm::edge {
namespace {

class TrafficTest : public testing::Test {
 protected:
  TrafficTest()
      : tenants_(folder_.path("tenants.cache"), &clock_),
        traffic_(&coordinator_, &tenants_, &clock_) {}

  void Place(const std::string& migration) {
    v1::Tenant tenant;
    tenant.set_app_id("app");
    tenant.set_tenant_id("t");
    tenant.set_realm("US");
    tenant.set_migration_id(migration);
    tenants_.mirror().BeginSnapshot();
    tenants_.Put(tenant);
    tenants_.mirror().EndSnapshot();
  }

  // How often the coordinator was told in the meantime.
  size_t Told(absl::Duration pause, const char* realm = "US") {
    const size_t before = coordinator_.traffic.size();
    clock_.Advance(pause);
    traffic_.Saw({AppId("app"), TenantId("t")}, RealmId(realm));
    return coordinator_.traffic.size() - before;
  }

  FakeClock clock_;
  TempFolder folder_;
  FakeCoordinator coordinator_;
  TenantCache tenants_;
  TrafficReporter traffic_;
};

TEST_F(TrafficTest, ATenantThatMovesIsReportedEverySecond) {
  Place("m1");
  EXPECT_EQ(Told(absl::ZeroDuration()), 1);
  EXPECT_EQ(Told(absl::Milliseconds(999)), 0);
  EXPECT_EQ(Told(absl::Milliseconds(1)), 1);
}

TEST_F(TrafficTest, RealmsAreReportedEachForItself) {
  Place("m1");
  EXPECT_EQ(Told(absl::ZeroDuration(), "US"), 1);
  EXPECT_EQ(Told(absl::ZeroDuration(), "EU"), 1);
}

TEST_F(TrafficTest, ATenantThatRestsIsReportedEveryMinute) {
  Place("");
  EXPECT_EQ(Told(absl::ZeroDuration()), 1);
  EXPECT_EQ(Told(absl::Seconds(59)), 0);
  EXPECT_EQ(Told(absl::Seconds(1)), 1);
}

TEST_F(TrafficTest, AMoveThatBeginsEndsTheRest) {
  Place("");
  EXPECT_EQ(Told(absl::ZeroDuration()), 1);
  Place("m1");
  EXPECT_EQ(Told(absl::Seconds(1)), 1);
}

TEST_F(TrafficTest, WhoIsNotKnownToRestIsTakenToMove) {
  EXPECT_EQ(Told(absl::ZeroDuration()), 1);
  EXPECT_EQ(Told(absl::Seconds(1)), 1);
  Place("");
  tenants_.mirror().LoseStream();
  EXPECT_EQ(Told(absl::Seconds(1)), 1);
}

// A sighting from before a commit must not arrive after it.
TEST_F(TrafficTest, WhatCouldNotBeToldIsNotToldLater) {
  Place("m1");
  coordinator_.outage = absl::UnavailableError("gone");
  EXPECT_EQ(Told(absl::ZeroDuration()), 0);
  coordinator_.outage = absl::OkStatus();
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(coordinator_.traffic.size(), 0);
  EXPECT_EQ(Told(absl::ZeroDuration()), 1) << "but the next request is told at once";
  EXPECT_EQ(coordinator_.traffic[0].seen_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
}

}  // namespace
}  // namespace realm::edge
