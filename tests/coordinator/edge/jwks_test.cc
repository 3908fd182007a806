#include "coordinator/edge/jwks.h"

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/coordinator/edge/platform.h"

namespace realm::edge {
namespace {

std::string KeySet() {
  return PlatformsKey().KeySet("forge/invocation-token/1");
}

TEST(JwksTest, FindsTheKeysForSignatures) {
  const auto keys = ParseJwks(KeySet());
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->count("forge/invocation-token/1"), 1);
  const std::string token = PlatformsKey().SignRs256("{}", "");
  const size_t dot = token.rfind('.');
  EXPECT_FALSE(keys->begin()->second.VerifiesRs256(token.substr(0, dot), "x"));
}

TEST(JwksTest, LeavesOutWhatIsNotForUs) {
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"\"RSA\"", "\"EC\""},
                                                        {"\"sig\"", "\"enc\""},
                                                        {"\"RS256\"", "\"RS512\""},
                                                        {"\"kid\"", "\"other\""}}) {
    const auto keys = ParseJwks(absl::StrReplaceAll(KeySet(), {{from, to}}));
    ASSERT_TRUE(keys.ok()) << keys.status();
    EXPECT_THAT(*keys, testing::IsEmpty()) << from;
  }
}

TEST(JwksTest, RefusesASetWithAMalformedKey) {
  const std::string one = KeySet();
  const std::string key = one.substr(9, one.size() - 11);
  for (const std::string& set :
       {std::string("[]"), std::string("{}"), std::string(R"({"keys":{}})"), std::string(""),
        absl::StrReplaceAll(one, {{"\"n\":\"", "\"n\":\"="}}),
        absl::StrReplaceAll(one, {{"\"n\"", "\"m\""}}),
        absl::StrReplaceAll(one, {{"\"e\":\"AQAB\"", "\"e\":\"AQ\""}}),
        "{\"keys\":[" + key + "," + key + "]}"}) {
    EXPECT_FALSE(ParseJwks(set).ok()) << set;
  }
  EXPECT_TRUE(ParseJwks("{\"keys\":[" + key + "]}").ok());
}

}  // namespace
}  // namespace realm::edge
