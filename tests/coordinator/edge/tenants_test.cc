// A tenant's own requests through the whole edge.

#include "gmock/gmock.h"

#include "tests/coordinator/edge/edge_fixture.h"

namespace realm::edge {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class TenantsTest : public EdgeTest {
 protected:
  const std::string us_page_ = absl::StrCat(kUsUrl, "/page?issue=1");
  const std::string eu_page_ = absl::StrCat(kEuUrl, "/page?issue=1");
};

TEST_F(TenantsTest, ARequestAtTheRightRealmLearnsRealmAndEpoch) {
  PlaceTenant("US");
  const HttpResponse response = SendConnect("GET", us_page_);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"realm":"US","epoch":7})");
}

TEST_F(TenantsTest, ARequestAtTheWrongRealmIsToldTheRightOne) {
  PlaceTenant("US");
  const HttpResponse response = SendConnect("POST", eu_page_, "anything");
  EXPECT_EQ(response.status, 421);
  EXPECT_EQ(response.body,
            R"({"reason":"WRONG_REALM","message":"the tenant is in another realm; go there",)"
            R"("realm":"US","base_url":"https://app.example.com/connect","epoch":7})");
}

TEST_F(TenantsTest, ARequestWithoutAGoodTokenIsNoEvidence) {
  PlaceTenant("US", "57500");
  EXPECT_EQ(Send(RequestTo("GET", eu_page_, "")).status, 401);
  EXPECT_EQ(Send(RequestTo("GET", eu_page_, ConnectToken("GET", us_page_ + "2"))).status, 401);
  EXPECT_THAT(coordinator().traffic, IsEmpty());
}

TEST_F(TenantsTest, TheRequestThatProvesTheSwitchIsAnsweredFromAfterIt) {
  PlaceTenant("US", "57500");
  coordinator().traffic_counts = true;
  const HttpResponse response = SendConnect("GET", eu_page_);
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(R"("realm":"EU")"));
  ASSERT_EQ(coordinator().traffic.size(), 1);
  EXPECT_EQ(coordinator().traffic[0].realm(), "EU");
  EXPECT_EQ(coordinator().traffic[0].via(), "request");
  EXPECT_EQ(coordinator().traffic[0].seen_time().seconds(), Seconds());
}

TEST_F(TenantsTest, ATenantThatRestsIsReportedOnceAMinuteAndAnsweredFromHere) {
  PlaceTenant("US");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(SendConnect("GET", us_page_).status, 200);
    clock_.Advance(absl::Seconds(5));
  }
  EXPECT_EQ(coordinator().traffic.size(), 1);
  clock_.Advance(absl::Seconds(30));
  SendConnect("GET", us_page_);
  EXPECT_EQ(coordinator().traffic.size(), 2);
}

TEST_F(TenantsTest, TheLastWordIsTheAnswerWhileTheCoordinatorIsAway) {
  PlaceTenant("US", "57500");
  coordinator().outage = absl::UnavailableError("gone");
  EXPECT_EQ(SendConnect("GET", us_page_).status, 200);
  EXPECT_EQ(SendConnect("GET", eu_page_).status, 421);
}

TEST_F(TenantsTest, ATenantNobodyKnowsWhereIsNotSentAnywhere) {
  EXPECT_EQ(SendConnect("GET", us_page_).status, 404);
  coordinator().outage = absl::UnavailableError("gone");
  EXPECT_EQ(SendConnect("GET", us_page_).status, 503);
}

TEST_F(TenantsTest, AForgeRequestWorksTheSame) {
  v1::Tenant tenant;
  tenant.set_app_id("com.example.app");
  tenant.set_tenant_id(kForgeTenant);
  tenant.set_realm("EU");
  coordinator().tenants[kForgeTenant] = tenant;
  EXPECT_EQ(Send(RequestTo("POST", eu_page_, ForgeToken(), "{}")).status, 200);
  EXPECT_EQ(Send(RequestTo("POST", us_page_, ForgeToken(), "{}")).status, 421);
}

TEST_F(TenantsTest, SeenSaysWhetherItCounted) {
  const std::string url = absl::StrCat(kEuUrl, "/dare/seen");
  EXPECT_EQ(SendConnect("POST", url).body, R"({"recorded":false})");
  coordinator().traffic_counts = true;
  EXPECT_EQ(SendConnect("POST", url).body, R"({"recorded":true})");
  EXPECT_EQ(coordinator().traffic.back().realm(), "EU");
  EXPECT_EQ(coordinator().traffic.back().tenant_id(), kTenant);
  coordinator().outage = absl::UnavailableError("gone");
  EXPECT_EQ(SendConnect("POST", url).status, 503);
}

TEST_F(TenantsTest, HooksAreNoEvidenceOfTraffic) {
  SendConnect("POST", absl::StrCat(kEuUrl, "/dare/commit"));
  SendConnect("GET", absl::StrCat(kEuUrl, "/dare/status"));
  EXPECT_THAT(coordinator().traffic, IsEmpty());
}

}  // namespace
}  // namespace realm::edge
