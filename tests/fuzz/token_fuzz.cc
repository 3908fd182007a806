// Tokens as a stranger sends them, and claims as somebody who knows the tenant's secret could sign.

#include "absl/strings/str_cat.h"

#include "coordinator/edge/base64url.h"
#include "coordinator/edge/jwt.h"
#include "coordinator/edge/sign_token.h"
#include "tests/fuzz/fuzz.h"

namespace realm::fuzz {
namespace {

const Secret& TenantsSecret() {
  static const auto* secret = new Secret("a secret that nobody guesses");
  return *secret;
}

void CheckClaims(const edge::Token& token) {
  const absl::Time now = absl::FromUnixSeconds(1893456000);
  const edge::TimeRules rules = {now, absl::Seconds(30), absl::Minutes(15)};
  const bool in_time = edge::CheckTimes(token, rules).ok();
  if (in_time) {
    const absl::Time expiry = edge::ExpiryOf(token);
    REALM_CHECK(expiry > now - absl::Minutes(1) && expiry < now + absl::Hours(1));
  }
  REALM_CHECK(!edge::CheckQsh(token, "context-qsh").ok());
  for (const std::string& audience : edge::AudiencesOf(token))
    REALM_CHECK(edge::AudiencesOf(token).size() > 1 || token.claims.Find("aud") != nullptr,
                audience);
}

// No text that was not signed verifies, and what parses is read in one way only: its parts encode
// to the same text again.
void RunText(absl::string_view text) {
  const absl::StatusOr<edge::Token> token = edge::ParseToken(text);
  if (!token.ok()) return;
  REALM_CHECK(!edge::VerifiesHs256(*token, TenantsSecret()));
  REALM_CHECK(absl::StrCat(token->signed_part, ".", edge::EncodeBase64Url(token->signature)) ==
              text);
  CheckClaims(*token);
}

void RunClaims(absl::string_view claims) {
  const std::string text = edge::SignHs256(claims, TenantsSecret());
  const absl::StatusOr<edge::Token> token = edge::ParseToken(text);
  if (!token.ok()) return;
  REALM_CHECK(edge::VerifiesHs256(*token, TenantsSecret()));
  REALM_CHECK(!edge::VerifiesHs256(*token, Secret("another")));
  CheckClaims(*token);
}

void RunHeader(absl::string_view header, absl::string_view claims) {
  RunText(absl::StrCat(edge::EncodeBase64Url(header), ".", edge::EncodeBase64Url(claims), ".AA"));
}

constexpr absl::string_view kClaims =
    R"({"iss":"acme","iat":1893455990,"exp":1893456170,"nbf":1893455990,"aud":["a","b"],)"
    R"("qsh":"5c75952c09847d1d3e6308c87a008b51f801e8125765de70a495a6e9ba380151"})";

}  // namespace

void Run(absl::string_view input) {
  Input in(input);
  switch (in.Byte() % 3) {
    case 0:
      return RunText(in.Rest());
    case 1:
      return RunClaims(in.Rest());
    default:
      const absl::string_view header = in.Text();
      return RunHeader(header, in.Rest());
  }
}

std::vector<std::string> Seeds() {
  return {
      absl::StrCat("\1", kClaims),
      absl::StrCat("\1", R"({"iat":9223372036854775807,"exp":-1,"aud":"x","qsh":"context-qsh"})"),
      std::string(1, '\0') + edge::SignHs256(kClaims, Secret("another")),
      absl::StrCat("\2", TextSeed(R"({"typ":"JWT","alg":"RS256","kid":"k"})"), kClaims),
      absl::StrCat("\2", TextSeed(R"({"alg":"none","crit":["b64"]})"), "{}"),
  };
}

}  // namespace realm::fuzz
