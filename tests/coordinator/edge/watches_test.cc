#include "coordinator/edge/watches.h"

#include "gtest/gtest.h"

#include "coordinator/edge/grpc_coordinator.h"
#include "tests/coordinator/edge/fake_server.h"
#include "tests/support/eventually.h"
#include "tests/support/temp_folder.h"

namespace realm::edge {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);

v1::WatchMigrationsResponse MigrationIs(const std::string& id, const std::string& word) {
  v1::WatchMigrationsResponse message;
  message.mutable_migration()->mutable_ref()->set_app_id("app");
  message.mutable_migration()->mutable_ref()->set_tenant_id("t");
  message.mutable_migration()->mutable_ref()->set_migration_id(id);
  message.mutable_migration()->set_status(word);
  return message;
}

v1::WatchInstallationsResponse InstallationOf(const std::string& tenant) {
  v1::WatchInstallationsResponse message;
  message.mutable_installation()->set_app_id("app");
  message.mutable_installation()->set_tenant_id(tenant);
  message.mutable_installation()->set_sealed_secret("sealed");
  message.mutable_installation()->mutable_previous_secret_expire_time()->set_seconds(1234567890);
  return message;
}

v1::WatchTenantsResponse TenantIn(const std::string& realm) {
  v1::WatchTenantsResponse message;
  message.mutable_tenant()->set_app_id("app");
  message.mutable_tenant()->set_tenant_id("t");
  message.mutable_tenant()->set_realm(realm);
  message.mutable_tenant()->set_epoch(3);
  return message;
}

template <typename Message>
Message SnapshotEnd() {
  Message message;
  message.set_snapshot_end(true);
  return message;
}

class WatchesTest : public testing::Test {
 protected:
  // An edge's copies and streams, as one process has them.
  struct Copies {
    Copies(const WatchesTest& test, const Clock* clock)
        : statuses(test.folder_.path("migrations.cache"), clock),
          installations(test.folder_.path("installations.cache"), clock),
          tenants(test.folder_.path("tenants.cache"), clock),
          watches(ConnectTo(test.server_.address(), grpc::InsecureChannelCredentials()), &statuses,
                  &installations, &tenants) {}
    StatusCache statuses;
    InstallationCache installations;
    TenantCache tenants;
    Watches watches;

    std::string Word(const std::string& id) const {
      v1::MigrationRef ref;
      ref.set_app_id("app");
      ref.set_tenant_id("t");
      ref.set_migration_id(id);
      const auto word = statuses.Find(ref);
      return word.has_value() ? word->status : "";
    }
  };

  WatchesTest() {
    Publish();
    server_.Start();
  }

  void Publish() {
    server_.admin.migrations.Push(MigrationIs("m1", "copying"));
    server_.admin.migrations.Push(SnapshotEnd<v1::WatchMigrationsResponse>());
    server_.directory.installations.Push(InstallationOf("t"));
    server_.directory.installations.Push(SnapshotEnd<v1::WatchInstallationsResponse>());
    server_.directory.tenants.Push(TenantIn("US"));
    server_.directory.tenants.Push(SnapshotEnd<v1::WatchTenantsResponse>());
  }

  SystemClock clock_;
  TempFolder folder_;
  FakeServer server_;
};

TEST_F(WatchesTest, TheCopiesFollowTheStreams) {
  const Copies copies(*this, &clock_);
  ASSERT_TRUE(copies.watches.AwaitComplete(kPatience));
  EXPECT_TRUE(copies.watches.live());
  EXPECT_EQ(copies.Word("m1"), "copying");
  const auto installation = copies.installations.Find({AppId("app"), TenantId("t")});
  ASSERT_TRUE(installation.has_value());
  EXPECT_EQ(installation->sealed_secret(), "sealed");
  EXPECT_EQ(installation->previous_secret_expire_time().seconds(), 1234567890);
  EXPECT_EQ(copies.tenants.Find({AppId("app"), TenantId("t")})->realm, RealmId("US"));
  server_.admin.migrations.Push(MigrationIs("m1", "ready-to-commit"));
  server_.directory.tenants.Push(TenantIn("EU"));
  EXPECT_TRUE(Eventually([&] { return copies.Word("m1") == "ready-to-commit"; }));
  EXPECT_TRUE(Eventually([&] {
    return copies.tenants.Find({AppId("app"), TenantId("t")})->realm == RealmId("EU");
  }));
}

TEST_F(WatchesTest, ABrokenStreamIsOpenedAgainAndStartsOver) {
  const Copies copies(*this, &clock_);
  ASSERT_TRUE(copies.watches.AwaitComplete(kPatience));
  server_.admin.migrations.Clear();
  server_.admin.migrations.Push(MigrationIs("m2", "scheduled"));
  server_.admin.migrations.Push(SnapshotEnd<v1::WatchMigrationsResponse>());
  server_.admin.migrations.Break();
  EXPECT_TRUE(Eventually([&] { return copies.Word("m2") == "scheduled"; }));
  EXPECT_TRUE(Eventually([&] { return copies.Word("m1").empty(); }));
  EXPECT_TRUE(Eventually([&] { return copies.watches.live(); }));
}

TEST_F(WatchesTest, ARestartedEdgeHasTheLastWordWhileTheCoordinatorIsAway) {
  {
    Copies copies(*this, &clock_);
    ASSERT_TRUE(copies.watches.AwaitComplete(kPatience));
  }
  server_.Stop();
  const Copies copies(*this, &clock_);
  EXPECT_TRUE(copies.watches.AwaitComplete(absl::ZeroDuration()));
  EXPECT_FALSE(copies.watches.live());
  EXPECT_EQ(copies.Word("m1"), "copying");
  EXPECT_TRUE(copies.installations.Find({AppId("app"), TenantId("t")}).has_value());
  EXPECT_TRUE(copies.tenants.Find({AppId("app"), TenantId("t")}).has_value());
}

TEST_F(WatchesTest, AnEdgeWithoutFilesAndCoordinatorKnowsThatItKnowsNothing) {
  server_.Stop();
  const Copies copies(*this, &clock_);
  EXPECT_FALSE(copies.watches.AwaitComplete(absl::Milliseconds(50)));
  EXPECT_FALSE(copies.watches.live());
}

TEST_F(WatchesTest, ACoordinatorThatComesBackIsFollowedAgain) {
  server_.Stop();
  const Copies copies(*this, &clock_);
  server_.Start();
  EXPECT_TRUE(copies.watches.AwaitComplete(kPatience));
  EXPECT_TRUE(Eventually([&] { return copies.watches.live(); }));
  EXPECT_EQ(copies.Word("m1"), "copying");
}

}  // namespace
}  // namespace realm::edge
