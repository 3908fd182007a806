#include "common/identity.h"

#include <gtest/gtest.h>

#include "common/address.h"

namespace realm {
namespace {

TEST(IdentityTest, ReadsBackWhatItWrites) {
  for (const Role role : {Role::kCoordinator, Role::kWorker, Role::kEdge, Role::kOperator}) {
    for (const RealmId& realm : {RealmId("EU"), RealmId()}) {
      const PeerIdentity identity{role, realm, "a.name_1-x"};
      const absl::StatusOr<PeerIdentity> parsed = ParseIdentity(ToUri(identity));
      ASSERT_TRUE(parsed.ok()) << parsed.status();
      EXPECT_EQ(*parsed, identity);
    }
  }
  EXPECT_EQ(ToUri({Role::kWorker, RealmId("EU"), "eu-1"}), "spiffe://realmshift/worker/EU/eu-1");
  EXPECT_EQ(ToUri({Role::kEdge, RealmId(), "e1"}), "spiffe://realmshift/edge/-/e1");
}

TEST(IdentityTest, EveryOtherFormIsRefused) {
  for (const absl::string_view uri :
       {"", "spiffe://realmshift/", "spiffe://realmshift/worker/EU",
        "spiffe://realmshift/worker/EU/", "spiffe://realmshift/worker//eu-1",
        "spiffe://realmshift/worker/EU/eu-1/more", "spiffe://realmshift/boss/EU/eu-1",
        "spiffe://realmshift/Worker/EU/eu-1", "spiffe://other/worker/EU/eu-1",
        "spiffe://realmshift.example/worker/EU/eu-1", "https://realmshift/worker/EU/eu-1",
        "spiffe://realmshift/worker/EU/eu 1", "spiffe://realmshift/worker/EU/eu%2f1",
        " spiffe://realmshift/worker/EU/eu-1"}) {
    EXPECT_EQ(ParseIdentity(uri).status().code(), absl::StatusCode::kInvalidArgument) << uri;
  }
  EXPECT_FALSE(ParseIdentity("spiffe://realmshift/worker/EU/" + std::string(65, 'x')).ok());
  EXPECT_TRUE(ParseIdentity("spiffe://realmshift/worker/EU/" + std::string(64, 'x')).ok());
}

TEST(IdentityTest, APeerMustHaveTheExpectedRoleAndRealm) {
  const PeerIdentity worker{Role::kWorker, RealmId("EU"), "eu-1"};
  EXPECT_TRUE(CheckPeer(worker, {Role::kWorker, RealmId("EU")}).ok());
  EXPECT_TRUE(CheckPeer(worker, {Role::kWorker, std::nullopt}).ok());
  EXPECT_EQ(CheckPeer(worker, {Role::kWorker, RealmId("US")}).code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_FALSE(CheckPeer(worker, {Role::kCoordinator, std::nullopt}).ok());
  EXPECT_FALSE(CheckPeer(worker, {Role::kWorker, RealmId()}).ok());
}

TEST(AddressTest, OnlyThisMachineIsLoopback) {
  for (const absl::string_view here :
       {"127.0.0.1:7460", "127.1.2.3:1", "localhost:7460", "[::1]:7460", "ipv4:127.0.0.1:7460",
        "ipv6:[::1]:7460", "dns:///localhost:1", "unix:/run/realm.sock"}) {
    EXPECT_TRUE(IsLoopback(here)) << here;
    EXPECT_TRUE(RequireLoopback(here).ok()) << here;
  }
  for (const absl::string_view elsewhere :
       {"0.0.0.0:7460", "[::]:7460", "10.0.0.1:7460", "example.com:7460", "127.example.com:1",
        "localhost.example.com:1", "128.0.0.1:1", ":7460", "", "[::ffff:10.0.0.1]:1",
        "2130706433:1"}) {
    EXPECT_FALSE(IsLoopback(elsewhere)) << elsewhere;
    EXPECT_EQ(RequireLoopback(elsewhere).code(), absl::StatusCode::kInvalidArgument) << elsewhere;
  }
}

}  // namespace
}  // namespace realm
