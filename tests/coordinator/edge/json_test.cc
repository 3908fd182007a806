#include "coordinator/edge/json.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace realm::edge {
namespace {

constexpr JsonLimits kLimits = {1000, 8};

TEST(JsonTest, ReadsEveryKindOfValue) {
  const auto json =
      ParseJson(R"({"a":null,"b":true,"c":-1.50e2,"d":"x\u00e9","e":[1,[2]]})", kLimits);
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(json->Find("a")->kind(), Json::Kind::kNull);
  EXPECT_EQ(json->Find("b")->text(), "true");
  EXPECT_EQ(json->Find("c")->text(), "-1.50e2");
  EXPECT_FALSE(json->Find("c")->is_integer());
  EXPECT_EQ(json->FindString("d"), "x\xc3\xa9");
  EXPECT_EQ(json->Find("e")->items()[1].items()[0].text(), "2");
  EXPECT_EQ(json->Find("f"), nullptr);
  EXPECT_EQ(json->FindString("b"), "");
}

TEST(JsonTest, NumbersKeepTheirDigits) {
  for (const char* digits : {"0", "-7", "9007199254740993", "18446744073709551615",
                             "123456789012345678901234567890", "-123456789012345678901234567890"}) {
    const auto json = ParseJson(digits, kLimits);
    ASSERT_TRUE(json.ok()) << json.status();
    EXPECT_EQ(json->text(), digits);
    EXPECT_TRUE(json->is_integer());
  }
}

TEST(JsonTest, RefusesWhatTwoReadersWouldReadDifferently) {
  const std::pair<std::string, std::string> kCases[] = {
      {R"({"a":1,"a":2})", "a member is named twice"},
      {R"({"a":1,"\u0061":2})", "a member is named twice"},
      {R"({"x":{"a":1,"b":2,"a":3}})", "a member is named twice"},
      {"{} {}", "not JSON"},
      {"{}x", "not JSON"},
      {std::string("{}\0", 3), "NUL"},
      {std::string("{}\0{}", 5), "NUL"},
      {std::string("{\"a\":\"\0\"}", 9), "NUL"},
      {"\xef\xbb\xbf{}", "byte order mark"},
      {"{\"a\":\"\xff\"}", "not JSON in UTF-8"},
      {"{\"a\":\"\xc0\x80\"}", "not JSON in UTF-8"},
      {"{\"a\":\"\xed\xa0\x80\"}", "not JSON in UTF-8"},
      {R"({"a":"\ud800"})", "not JSON"},
      {"{'a':1}", "not JSON"},
      {R"({"a":1,})", "not JSON"},
      {"{\"a\":1/**/}", "not JSON"},
      {"{\"a\":01}", "not JSON"},
      {"{\"a\":NaN}", "not JSON"},
      {"{\"a\":1e999}", "not JSON"},
      {"{\"a\":\"\n\"}", "not JSON"},
      {"{", "not JSON"},
      {"", "not JSON"},
  };
  for (const auto& [text, problem] : kCases) {
    const auto json = ParseJson(text, kLimits);
    ASSERT_FALSE(json.ok()) << text;
    EXPECT_THAT(std::string(json.status().message()), testing::HasSubstr(problem)) << text;
  }
}

TEST(JsonTest, TheSameNameInTwoObjectsIsFine) {
  EXPECT_TRUE(ParseJson(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})", kLimits).ok());
}

TEST(JsonTest, DepthIsBounded) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(ParseJson(nested(8), kLimits).ok());
  EXPECT_FALSE(ParseJson(nested(9), kLimits).ok());
  EXPECT_FALSE(ParseJson(std::string(900, '['), kLimits).ok());
}

TEST(JsonTest, SizeAndMembersAreBounded) {
  EXPECT_TRUE(ParseJson('"' + std::string(998, 'x') + '"', kLimits).ok());
  EXPECT_FALSE(ParseJson('"' + std::string(999, 'x') + '"', kLimits).ok());
  std::string members = "{\"x\":0";
  for (size_t i = 1; i < kJsonMembersMax; ++i)
    members += ",\"" + std::to_string(i) + "\":0";
  EXPECT_TRUE(ParseJson(members + "}", {100000, 8}).ok());
  EXPECT_FALSE(ParseJson(members + ",\"y\":0}", {100000, 8}).ok());
}

TEST(JsonTest, AnErrorQuotesNothing) {
  const auto json = ParseJson(R"({"sharedSecret":"hunter2" "x"})", kLimits);
  ASSERT_FALSE(json.ok());
  EXPECT_THAT(json.status().ToString(), testing::Not(testing::HasSubstr("hunter2")));
}

}  // namespace
}  // namespace realm::edge
