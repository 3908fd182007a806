#include "coordinator/edge/jwt.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "coordinator/edge/base64url.h"
#include "coordinator/edge/sign_token.h"

namespace realm::edge {
namespace {

// Signed by the platform's own library with kSecret, for POST /dare/start.
constexpr char kVector[] =
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9."
    "eyJpc3MiOiIxMTIyMzM0NC01NTY2LTM3NzctODg4OC05OWFhYmJjY2RkZWUiLCJpYXQiOjE2NDA0NzY4MDAsImV4cCI6"
    "MTY0MDQ3Njk4MCwicXNoIjoiNzgyNGE1MTVlMDJkNTdlYzM3MWJkOTNiOGIzYmM0NTIxZGMyZWU2ZjcwOGJjMzgwYjA0"
    "ZWNiMGYxZjY3NmUzYiJ9.ScNb-_-HP6I0wa0qEO0Ldp5_n7Nk0S0SzhuRJEhh-fI";
constexpr char kSecret[] = "s3cret-shared-with-tenant";
constexpr char kQsh[] = "7824a515e02d57ec371bd93b8b3bc4521dc2ee6f708bc380b04ecb0f1f676e3b";

const PlatformKey& Key() {
  static const PlatformKey key = PlatformKey::Generate();
  return key;
}

PublicKey Public() {
  return PublicKey::FromPem(Key().PublicPem()).value();
}

Token Parsed(absl::string_view text) {
  absl::StatusOr<Token> token = ParseToken(text);
  EXPECT_TRUE(token.ok()) << token.status();
  return token.ok() ? *std::move(token) : Token();
}

Token WithClaims(absl::string_view claims) {
  return Parsed(SignHs256(claims, Secret("s")));
}

std::string Assemble(absl::string_view header, absl::string_view claims, absl::string_view sig) {
  return absl::StrCat(EncodeBase64Url(header), ".", EncodeBase64Url(claims), ".", sig);
}

TimeRules At(int64_t seconds) {
  return {absl::FromUnixSeconds(seconds), absl::Seconds(30), absl::Minutes(15)};
}

TEST(JwtTest, TheTokenOfThePlatformsLibraryVerifies) {
  const Token token = Parsed(kVector);
  EXPECT_EQ(token.algorithm, "HS256");
  EXPECT_EQ(token.issuer(), "11223344-5566-3777-8888-99aabbccddee");
  EXPECT_TRUE(VerifiesHs256(token, Secret(kSecret)));
  EXPECT_TRUE(CheckTimes(token, At(1640476900)).ok());
  EXPECT_TRUE(CheckQsh(token, kQsh).ok());
  EXPECT_EQ(ExpiryOf(token), absl::FromUnixSeconds(1640476980));
}

TEST(JwtTest, WeSignAsThePlatformsLibraryDoes) {
  const std::vector<std::string> parts = absl::StrSplit(kVector, '.');
  EXPECT_EQ(SignHs256(*DecodeBase64Url(parts[1]), Secret(kSecret)), kVector);
}

TEST(JwtTest, AnotherSecretDoesNotVerify) {
  EXPECT_FALSE(VerifiesHs256(Parsed(kVector), Secret("s3cret-shared-with-tenanT")));
  EXPECT_FALSE(VerifiesHs256(Parsed(kVector), Secret("")));
}

TEST(JwtTest, EveryChangedCharacterIsNoticed) {
  const std::string text = kVector;
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    if (changed == text) continue;
    const absl::StatusOr<Token> token = ParseToken(changed);
    EXPECT_FALSE(token.ok() && VerifiesHs256(*token, Secret(kSecret))) << i;
  }
}

TEST(JwtTest, AlgNoneVerifiesWithNothing) {
  const Token token = Parsed(Assemble(R"({"alg":"none"})", R"({"iss":"t"})", ""));
  EXPECT_FALSE(VerifiesHs256(token, Secret("")));
  EXPECT_FALSE(VerifiesRs256(token, Public()));
}

TEST(JwtTest, AnRs256TokenVerifiesWithItsKeyOnly) {
  const Token token = Parsed(Key().SignRs256(R"({"iss":"t"})", "k1"));
  EXPECT_EQ(token.key_id, "k1");
  EXPECT_TRUE(VerifiesRs256(token, Public()));
  const PlatformKey other = PlatformKey::Generate();
  EXPECT_FALSE(VerifiesRs256(token, PublicKey::FromPem(other.PublicPem()).value()));
}

// The classic confusion: a public key is no secret, so an HMAC under it proves nothing.
TEST(JwtTest, AnHmacUnderThePublicKeyIsNoRs256) {
  const Token forged = Parsed(SignHs256(R"({"iss":"t"})", Secret(Key().PublicPem())));
  EXPECT_FALSE(VerifiesRs256(forged, Public()));
}

TEST(JwtTest, TheHeaderCannotRelabelASignature) {
  const std::string claims = R"({"iss":"t"})";
  const std::vector<std::string> good = absl::StrSplit(SignHs256(claims, Secret("s")), '.');
  for (const char* header : {R"({"alg":"RS256"})", R"({"alg":"hs256"})", R"({"typ":"JWT"})"}) {
    Token token = Parsed(Assemble(header, claims, good[2]));
    EXPECT_FALSE(VerifiesHs256(token, Secret("s")));
    // Even with a signature that fits the relabelled header.
    token = Parsed(SignHs256(claims, Secret("s")));
    token.algorithm = Parsed(Assemble(header, claims, good[2])).algorithm;
    EXPECT_FALSE(VerifiesHs256(token, Secret("s"))) << header;
  }
}

TEST(JwtTest, MalformedTokensAreRefused) {
  const std::string header = R"({"alg":"HS256"})";
  for (const std::string& text :
       {std::string(), std::string("a.b"), std::string("a.b.c.d"), std::string(".."),
        Assemble(header, R"({"a":1})", "Zh"), Assemble(header, R"({"a":1})", "Zg=="),
        Assemble(header, R"(["a"])", "Zg"), Assemble(header, R"({"iss":"a","iss":"b"})", "Zg"),
        Assemble(R"({"alg":"HS256","alg":"none"})", "{}", "Zg"), Assemble("\"x\"", "{}", "Zg"),
        Assemble(R"({"alg":"HS256","crit":["exp"]})", "{}", "Zg"),
        Assemble(header, std::string(kTokenBytesMax, ' ') + "{}", "Zg")}) {
    const absl::StatusOr<Token> token = ParseToken(text);
    ASSERT_FALSE(token.ok()) << text;
    EXPECT_EQ(token.status().code(), absl::StatusCode::kUnauthenticated) << text;
  }
}

TEST(JwtTest, TimesAreCheckedWithLeeway) {
  const Token token = WithClaims(R"({"iat":1000,"exp":1180})");
  EXPECT_TRUE(CheckTimes(token, At(970)).ok());
  EXPECT_FALSE(CheckTimes(token, At(969)).ok());
  EXPECT_TRUE(CheckTimes(token, At(1209)).ok());
  EXPECT_FALSE(CheckTimes(token, At(1210)).ok());
}

TEST(JwtTest, TimesMustBeThereAndMakeSense) {
  for (const char* claims :
       {R"({})", R"({"iat":1000})", R"({"exp":1180})", R"({"iat":"1000","exp":1180})",
        R"({"iat":1000,"exp":"1180"})", R"({"iat":1000.5,"exp":1180})", R"({"iat":-1,"exp":1180})",
        R"({"iat":1000,"exp":999})", R"({"iat":1000,"exp":1901})",
        R"({"iat":1000,"exp":99999999999999999999999999})",
        R"({"iat":1000,"exp":9223372036854775807})", R"({"iat":1000,"exp":1180,"nbf":1131})",
        R"({"iat":1000,"exp":1180,"nbf":"soon"})", R"({"iat":null,"exp":1180})"}) {
    EXPECT_FALSE(CheckTimes(WithClaims(claims), At(1100)).ok()) << claims;
  }
  EXPECT_TRUE(CheckTimes(WithClaims(R"({"iat":1000,"exp":1900,"nbf":1000})"), At(1100)).ok());
}

TEST(JwtTest, QshMustBeThatOfTheRequest) {
  EXPECT_TRUE(CheckQsh(WithClaims(R"({"qsh":"abc"})"), "abc").ok());
  for (const char* claims : {R"({})", R"({"qsh":""})", R"({"qsh":"abd"})", R"({"qsh":"ABC"})",
                             R"({"qsh":["abc"]})", R"({"qsh":"context-qsh"})"}) {
    EXPECT_FALSE(CheckQsh(WithClaims(claims), "abc").ok()) << claims;
  }
  EXPECT_FALSE(CheckQsh(WithClaims(R"({"qsh":"context-qsh"})"), "context-qsh").ok());
}

TEST(JwtTest, AudienceIsOneOrSeveral) {
  EXPECT_THAT(AudiencesOf(WithClaims(R"({"aud":"a"})")), testing::ElementsAre("a"));
  EXPECT_THAT(AudiencesOf(WithClaims(R"({"aud":["a","b"]})")), testing::ElementsAre("a", "b"));
  EXPECT_THAT(AudiencesOf(WithClaims(R"({"aud":["a",1]})")), testing::IsEmpty());
  EXPECT_THAT(AudiencesOf(WithClaims(R"({})")), testing::IsEmpty());
}

}  // namespace
}  // namespace realm::edge
