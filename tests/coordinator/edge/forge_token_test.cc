#include "coordinator/edge/forge_token.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "tests/coordinator/edge/platform.h"

namespace realm::edge {
namespace {

constexpr char kTimes[] = R"("iss":"forge/invocation-token","aud":"ari","iat":1000,"exp":1025)";

class ForgeTokenTest : public testing::Test {
 protected:
  ForgeTokenTest() {
    app_.mutable_forge()->set_app_ari("ari");
    app_.mutable_forge()->set_issuer("forge/invocation-token");
    app_.mutable_forge()->mutable_leeway()->set_seconds(30);
  }

  absl::StatusOr<ForgeIdentity> Check(absl::string_view claims) {
    const Token token = ParseToken(PlatformsKey().SignRs256(claims, "k")).value();
    return CheckForgeToken(token, PublicHalf(PlatformsKey()), app_, absl::FromUnixSeconds(1000));
  }

  std::string With(absl::string_view claims) { return absl::StrCat("{", kTimes, ",", claims, "}"); }

  config::v1::App app_;
};

TEST_F(ForgeTokenTest, TheTenantIsTheInstallation) {
  const auto identity =
      Check(With(R"("app":{"installationId":"i1","installation":{"id":"i1"}},)"
                 R"("context":{"cloudId":"c1","extension":{"a":{"b":{"c":{"d":{"e":[[]]}}}}}})"));
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->installation_id, "i1");
  EXPECT_EQ(identity->cloud_id, "c1");
}

TEST_F(ForgeTokenTest, ABackgroundTokenHasNoContext) {
  const auto identity = Check(
      With(R"("app":{"installation":{"id":"i1","contexts":[{"name":"jira","cloudId":"c2"}]}})"));
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->installation_id, "i1");
  EXPECT_EQ(identity->cloud_id, "c2");
  EXPECT_EQ(Check(With(R"("app":{"installationId":"i1"})"))->cloud_id, "");
}

TEST_F(ForgeTokenTest, ATokenThatNamesNoOneOrTwoIsRefused) {
  for (const char* claims : {R"("app":{})", R"("app":"x")", R"("app":{"installationId":7})",
                             R"("app":{"installationId":"i1","installation":{"id":"i2"}})",
                             R"("app":{"installationId":"i\u00001"})", R"("sub":"i1")"}) {
    EXPECT_EQ(Check(With(claims)).status().code(), absl::StatusCode::kUnauthenticated) << claims;
  }
  EXPECT_FALSE(
      Check(With(absl::StrCat(R"("app":{"installationId":")", std::string(257, 'i'), "\"}"))).ok());
}

TEST_F(ForgeTokenTest, TheLabelOfAnIsolatedCloudIsAPlainWord) {
  EXPECT_TRUE(Check(With(R"("icLabel":"gov_cloud-1","app":{"installationId":"i1"})")).ok());
  for (const char* label : {R"("")", R"("A")", R"("a/b")", R"("a.b")", "7", "null",
                            R"("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")"}) {
    EXPECT_FALSE(
        Check(With(absl::StrCat(R"("app":{"installationId":"i1","icLabel":)", label, "}"))).ok())
        << label;
  }
}

TEST_F(ForgeTokenTest, TheAudienceMayBeAList) {
  EXPECT_TRUE(Check(R"({"iss":"forge/invocation-token","aud":["x","ari"],"iat":1000,"exp":1025,)"
                    R"("app":{"installationId":"i1"}})")
                  .ok());
  EXPECT_FALSE(Check(R"({"iss":"forge/invocation-token","aud":["x"],"iat":1000,"exp":1025,)"
                     R"("app":{"installationId":"i1"}})")
                   .ok());
}

}  // namespace
}  // namespace realm::edge
