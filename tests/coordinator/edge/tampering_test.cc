// What is wrong with a token or a body is refused with the listed code and changes nothing.

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"

#include "coordinator/edge/base64url.h"
#include "tests/coordinator/edge/edge_fixture.h"

namespace realm::edge {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kStart[] = "https://app.example.com/connect/dare/start";

class TamperingTest : public EdgeTest {
 protected:
  ~TamperingTest() override { EXPECT_EQ(coordinator().ChangingCalls(), 0); }

  void ExpectRefused(const std::string& authorization, absl::string_view what,
                     const std::string& url = kStart) {
    const HttpResponse response = Send(RequestTo("POST", url, authorization, kBody));
    EXPECT_EQ(response.status, 401) << what;
    EXPECT_EQ(response.body,
              R"({"reason":"UNAUTHENTICATED","message":"the token was not accepted"})")
        << what;
  }

  std::string Claims() { return ConnectClaims("POST", kStart); }

  static std::string Signed(absl::string_view claims, const char* secret = kCanary) {
    return "JWT " + SignHs256(claims, Secret(secret));
  }

  static std::string Unsigned(absl::string_view header, absl::string_view claims) {
    return absl::StrCat("JWT ", EncodeBase64Url(header), ".", EncodeBase64Url(claims), ".");
  }
};

TEST_F(TamperingTest, ConnectTokensThatDoNotProveTheTenant) {
  ExpectRefused("", "no token");
  ExpectRefused(Signed(Claims(), "wrong"), "wrong secret");
  ExpectRefused(Unsigned(R"({"alg":"none"})", Claims()), "alg none");
  ExpectRefused(Unsigned(R"({"alg":"None"})", Claims()), "alg None");
  ExpectRefused(Signed(ConnectClaims("POST", kStart, "nobody")), "unknown issuer");
  ExpectRefused(Signed(absl::StrReplaceAll(Claims(), {{"\"iss\"", "\"issuer\""}})), "no issuer");
  ExpectRefused(absl::StrReplaceAll(Signed(Claims()), {{"JWT ", "Bearer "}}), "another scheme");
  ExpectRefused(absl::StrReplaceAll(Signed(Claims()), {{"JWT ", "JWT  "}}), "two spaces");
  ExpectRefused(Signed(Claims()) + "=", "padding");
}

// RS256 with the platform's own key is for installations only; and its public key is no secret.
TEST_F(TamperingTest, ConnectTokensUnderAnotherAlgorithm) {
  ExpectRefused("JWT " + PlatformsKey().SignRs256(Claims(), "install-1"), "RS256 for a hook");
  const std::string public_pem = PlatformsKey().PublicPem();
  ExpectRefused("JWT " + SignHs256(Claims(), Secret(public_pem)), "HS256 with the public key");
  std::vector<std::string> parts = absl::StrSplit(SignHs256(Claims(), Secret(kCanary)), '.');
  ExpectRefused(
      absl::StrCat("JWT ", EncodeBase64Url(R"({"alg":"RS256"})"), ".", parts[1], ".", parts[2]),
      "a relabelled header");
}

TEST_F(TamperingTest, ConnectTokensForAnotherRequest) {
  ExpectRefused(Signed(ConnectClaims("GET", kStart)), "another method");
  ExpectRefused(Signed(ConnectClaims("POST", absl::StrCat(kUsUrl, "/dare/commit"))),
                "another hook");
  ExpectRefused(Signed(ConnectClaims("POST", absl::StrCat(kStart, "?a=1"))), "another query");
  ExpectRefused(Signed(absl::StrReplaceAll(Claims(), {{QshOf("POST", kStart), "context-qsh"}})),
                "a page's context");
  ExpectRefused(Signed(absl::StrReplaceAll(Claims(), {{"\"qsh\"", "\"hash\""}})), "no qsh");
}

TEST_F(TamperingTest, ConnectTokensOutOfTheirTime) {
  const std::string token = Signed(Claims());
  clock_.Advance(absl::Seconds(180 + 30));
  ExpectRefused(token, "expired");
  clock_.JumpTo(clock_.Now() - absl::Seconds(180 + 30 + 31));
  ExpectRefused(token, "issued in the future");
  const std::string exp = absl::StrCat("\"exp\":", Seconds() + 180);
  const std::string claims = Claims();
  ExpectRefused(
      Signed(absl::StrReplaceAll(claims, {{exp, absl::StrCat("\"exp\":", Seconds() + 901)}})),
      "lives too long");
  ExpectRefused(Signed(absl::StrReplaceAll(claims, {{"\"exp\"", "\"end\""}})), "no exp");
  ExpectRefused(Signed(absl::StrReplaceAll(claims, {{"\"iat\"", "\"at\""}})), "no iat");
}

TEST_F(TamperingTest, TheJwtParameterIsNoToken) {
  const std::string url = absl::StrCat(kStart, "?jwt=", SignHs256(Claims(), Secret(kCanary)));
  ExpectRefused("", "a token in the query", url);
}

TEST_F(TamperingTest, TwoAuthorizationsAreNone) {
  HttpRequest request = RequestTo("POST", kStart, Signed(Claims()), kBody);
  request.headers.push_back({"authorization", Signed(Claims(), "wrong")});
  EXPECT_EQ(Send(request).status, 401);
}

TEST_F(TamperingTest, ForgeTokensThatDoNotProveTheTenant) {
  const std::string kid = "forge/invocation-token/1";
  const std::string claims = ForgeClaims();
  const auto with = [&](absl::string_view from, absl::string_view to) {
    const std::string changed = absl::StrReplaceAll(claims, {{from, to}});
    EXPECT_NE(changed, claims) << from;
    return "Bearer " + PlatformsKey().SignRs256(changed, kid);
  };
  ExpectRefused("Bearer " + StrangersKey().SignRs256(claims, kid), "a stranger's key");
  ExpectRefused("Bearer " + PlatformsKey().SignRs256(claims, "made-up"), "an unknown key");
  ExpectRefused("Bearer " + PlatformsKey().SignRs256(claims, ""), "no key named");
  ExpectRefused("Bearer " + SignHs256(claims, Secret(PlatformsKey().PublicPem())), "alg confusion");
  ExpectRefused("Bearer " + std::string(Unsigned(R"({"alg":"none","kid":"k"})", claims)).substr(4),
                "alg none");
  ExpectRefused("JWT " + PlatformsKey().SignRs256(claims, kid), "another scheme");
  ExpectRefused(with("\"forge/invocation-token\"", "\"forge/other\""), "another issuer");
  ExpectRefused(with(R"("aud":"ari)", R"("aud":"xri)"), "another app");
  ExpectRefused(with("\"aud\"", "\"audience\""), "no audience");
  ExpectRefused(with("\"installationId\"", "\"installation_id\""), "no installation");
  ExpectRefused(with("\"cloudId\":\"cloud-1\"", "\"icLabel\":\"../evil\""), "a bad label");
  ExpectRefused(with("\"exp\":", "\"exp\":9"), "lives too long");
  const std::string late = "Bearer " + PlatformsKey().SignRs256(claims, kid);
  clock_.Advance(absl::Seconds(25 + 30));
  ExpectRefused(late, "expired");
}

// Otherwise a caller could find out which tenants there are.
TEST_F(TamperingTest, AnUnknownTenantAndABadSignatureLookTheSame) {
  const auto answer = [this](const std::string& authorization) {
    const HttpResponse response = Send(RequestTo("POST", kStart, authorization, kBody));
    std::string text = absl::StrCat(response.status, " ", response.body);
    for (const HttpHeader& header : response.headers) {
      absl::StrAppend(&text, "\n", header.name, ": ", header.value);
    }
    return text;
  };
  EXPECT_EQ(answer(Signed(ConnectClaims("POST", kStart, "nobody"))),
            answer(Signed(Claims(), "wrong")));
}

TEST_F(TamperingTest, ASecretThatDoesNotOpenIsOurFaultAndNotTheCallers) {
  v1::Installation moved =
      under_test_.installations.Find({AppId("com.example.app"), TenantId(kTenant)}).value();
  moved.set_tenant_id("another");
  under_test_.installations.Put(moved);
  const HttpResponse response =
      Send(RequestTo("POST", kStart, Signed(ConnectClaims("POST", kStart, "another")), kBody));
  EXPECT_EQ(response.status, 503) << "a ciphertext moved to another row does not open there";
}

// The secret is in requests, in the cache and in memory, and must be in nothing else.
TEST_F(TamperingTest, NoSecretIsEverWritten) {
  const CapturedLog log;
  std::string answers;
  const auto send = [&](const HttpRequest& request) {
    const HttpResponse response = Send(request);
    absl::StrAppend(&answers, response.body);
    for (const HttpHeader& header : response.headers)
      absl::StrAppend(&answers, header.value);
  };
  coordinator().outage = absl::UnavailableError("gone");
  send(RequestTo("POST", kStart, Signed(Claims()), kBody));
  send(RequestTo("POST", kStart, Signed(Claims(), "wrong"), kBody));
  send(RequestTo("POST", kStart, Signed(Claims()), std::string("{\"a\":\"") + kCanary));
  const std::string url = absl::StrCat(kUsUrl, "/installed");
  for (const std::string& rest : {std::string("\"}"), std::string("\",\"sharedSecret\":\"x\"}"),
                                  std::string("\""), std::string("\xff")}) {
    const std::string body =
        absl::Substitute(R"({"clientKey":"$0","sharedSecret":"$1)", kTenant, kCanary) + rest;
    send(RequestTo("POST", url,
                   "JWT " + PlatformsKey().SignRs256(InstallClaims(url, kUsUrl), "install-1"),
                   body));
  }
  ASSERT_TRUE(under_test_.installations.mirror().Flush(absl::Seconds(10)));
  const std::string file = ReadSmallFile(under_test_.folder.path("installations.cache")).value();
  EXPECT_THAT(file, HasSubstr(kTenant)) << "the file holds the installation";
  EXPECT_THAT(log.text(), HasSubstr("answered"));
  for (const std::string& written : {log.text(), answers, under_test_.metrics.Text(), file}) {
    EXPECT_THAT(written, Not(HasSubstr(kCanary)));
    EXPECT_THAT(written, Not(HasSubstr(EncodeBase64Url(kCanary))));
    EXPECT_THAT(written, Not(HasSubstr("eyJ"))) << "no token either";
  }
}

}  // namespace
}  // namespace realm::edge
