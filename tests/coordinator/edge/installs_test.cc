// Connect's lifecycle through the whole edge.

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"

#include "coordinator/edge/proto_time.h"
#include "tests/coordinator/edge/edge_fixture.h"

namespace realm::edge {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class InstallsTest : public EdgeTest {
 protected:
  const std::string installed_ = absl::StrCat(kUsUrl, "/installed");
  const std::string start_ = absl::StrCat(kUsUrl, "/dare/start");

  // Whether a hook signed with `secret` is let in.
  int SendSignedWith(const std::string& secret) {
    clock_.Advance(absl::Seconds(1));
    const std::string token = SignHs256(ConnectClaims("POST", start_), Secret(secret));
    return Send(RequestTo("POST", start_, "JWT " + token, kBody)).status;
  }

  HttpResponse SendInstallWith(const std::string& claims, const std::string& kid,
                               const std::string& body) {
    return Send(
        RequestTo("POST", installed_, "JWT " + PlatformsKey().SignRs256(claims, kid), body));
  }

  const std::string body_ = absl::Substitute(
      R"({"clientKey":"$0","sharedSecret":"new-secret","baseUrl":"https://s.example"})", kTenant);
};

TEST_F(InstallsTest, AnInstallationIsRegisteredWithItsSecretEncrypted) {
  const HttpResponse response = SendInstall(absl::StrCat(kEuUrl, "/installed"), "new-secret");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"realm":"EU","epoch":1,"rule":"first"})");
  ASSERT_EQ(coordinator().registered.size(), 1);
  const v1::RegisterInstallationRequest& request = coordinator().registered[0];
  EXPECT_EQ(request.realm(), "EU");
  EXPECT_EQ(request.installation().tenant_id(), kTenant);
  EXPECT_EQ(request.installation().platform(), "connect");
  EXPECT_EQ(request.installation().site_base_url(), "https://site.example.net");
  EXPECT_TRUE(request.installation().installed());
  EXPECT_THAT(request.SerializeAsString(), Not(HasSubstr("new-secret")));
  EXPECT_EQ(Open(under_test_.secret_key, request.installation().sealed_secret(),
                 absl::StrCat("com.example.app/", kTenant))
                ->Reveal(),
            "new-secret");
}

TEST_F(InstallsTest, ANewSecretWorksAtOnceAndTheFormerOneForAWhile) {
  EXPECT_EQ(SendSignedWith(kCanary), 200);
  EXPECT_EQ(SendInstall(installed_, "new-secret").status, 200);
  EXPECT_EQ(SendSignedWith("new-secret"), 200);
  EXPECT_EQ(SendSignedWith(kCanary), 200);
  clock_.Advance(absl::Minutes(10));
  EXPECT_EQ(SendSignedWith("new-secret"), 200);
  EXPECT_EQ(SendSignedWith(kCanary), 401);
}

// The platform sends `installed` for upgrades and renamed sites too, and repeats what it got no
// answer to.
TEST_F(InstallsTest, TheSameSecretAgainDoesNotEndTheFormerOnesTime) {
  SendInstall(installed_, "new-secret");
  clock_.Advance(absl::Minutes(5));
  SendInstall(installed_, "new-secret");
  EXPECT_EQ(SendSignedWith(kCanary), 200);
  clock_.Advance(absl::Minutes(5));
  EXPECT_EQ(SendSignedWith(kCanary), 401);
  EXPECT_EQ(SendSignedWith("new-secret"), 200);
}

TEST_F(InstallsTest, AnInstallationThatIsNotDurableIsNotAnswered200) {
  coordinator().outage = absl::UnavailableError("gone");
  EXPECT_EQ(SendInstall(installed_, "new-secret").status, 503);
  coordinator().outage = absl::OkStatus();
  EXPECT_EQ(SendSignedWith("new-secret"), 401);
  EXPECT_EQ(SendSignedWith(kCanary), 200);
}

TEST_F(InstallsTest, TheAudienceMayBeAnyBaseUrlOfTheAppWithOrWithoutASlash) {
  for (const char* audience : {kUsUrl, kEuUrl, "https://app.example.com/connect/"}) {
    EXPECT_EQ(SendInstallWith(InstallClaims(installed_, audience), "install-1", body_).status, 200);
  }
  for (const char* audience : {"https://app.example.com", "https://evil.example/connect", ""}) {
    EXPECT_EQ(SendInstallWith(InstallClaims(installed_, audience), "install-1", body_).status, 401);
  }
}

TEST_F(InstallsTest, WhatDoesNotProveTheInstallationChangesNothing) {
  const std::string good = InstallClaims(installed_, kUsUrl);
  EXPECT_EQ(SendInstallWith(good, "../install-1", body_).status, 401);
  EXPECT_EQ(SendInstallWith(good, "install-2", body_).status, 401);
  EXPECT_EQ(SendInstallWith(good, "", body_).status, 401);
  EXPECT_EQ(SendInstallWith(InstallClaims(start_, kUsUrl), "install-1", body_).status, 401);
  EXPECT_EQ(
      SendInstallWith(absl::StrReplaceAll(good, {{kTenant, "another"}}), "install-1", body_).status,
      401);
  const auto with = [&](const std::string& token) {
    return Send(RequestTo("POST", installed_, "JWT " + token, body_)).status;
  };
  EXPECT_EQ(with(StrangersKey().SignRs256(good, "install-1")), 401);
  EXPECT_EQ(with(SignHs256(good, Secret(PlatformsKey().PublicPem()))), 401);
  EXPECT_EQ(with(SignHs256(good, Secret(kCanary))), 401) << "the tenant itself cannot rotate";
  clock_.Advance(absl::Seconds(181 + 30));
  EXPECT_EQ(SendInstallWith(good, "install-1", body_).status, 401);
  EXPECT_EQ(SendInstallWith(InstallClaims(installed_, kUsUrl), "install-1", "{}").status, 400);
  EXPECT_THAT(coordinator().registered, IsEmpty());
}

TEST_F(InstallsTest, AnUninstallationIsTold) {
  const std::string url = absl::StrCat(kUsUrl, "/uninstalled");
  const std::string token = PlatformsKey().SignRs256(InstallClaims(url, kUsUrl), "install-1");
  const std::string body = absl::Substitute(R"({"clientKey":"$0"})", kTenant);
  EXPECT_EQ(Send(RequestTo("POST", url, "JWT " + token, body)).status, 200);
  ASSERT_EQ(coordinator().unregistered.size(), 1);
  EXPECT_EQ(coordinator().unregistered[0].tenant_id(), kTenant);
}

// A rollback may come after the customer has uninstalled the app.
TEST_F(InstallsTest, HooksOfAnUninstalledTenantAreStillTaken) {
  v1::Installation gone =
      under_test_.installations.Find({AppId("com.example.app"), TenantId(kTenant)}).value();
  gone.set_installed(false);
  under_test_.installations.Put(gone);
  EXPECT_EQ(SendSignedWith(kCanary), 200);
}

}  // namespace
}  // namespace realm::edge
