#include "coordinator/edge/hook_json.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "coordinator/edge/json.h"

namespace realm::edge {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kBody[] =
    R"({"startTime":"2026-03-01T00:00:00.000Z","endTime":"2026-03-01T02:00:00.250Z",)"
    R"("location":"EU","migrationId":57500})";

std::string Problem(Hook hook, absl::string_view body) {
  const auto content = ParseHook(hook, body);
  EXPECT_EQ(content.status().code(), absl::StatusCode::kInvalidArgument) << body;
  return std::string(content.status().message());
}

TEST(HookJsonTest, ReadsTheDocumentedBody) {
  for (const Hook hook : {Hook::kSchedule, Hook::kStart, Hook::kCommit, Hook::kRollback}) {
    const auto content = ParseHook(hook, kBody);
    ASSERT_TRUE(content.ok()) << content.status();
    EXPECT_EQ(content->migration_id, "57500");
    EXPECT_EQ(content->body.location(), "EU");
    EXPECT_EQ(content->body.start_time().seconds(), 1772323200);
    EXPECT_EQ(content->body.start_time().nanos(), 0);
    EXPECT_EQ(content->body.end_time().seconds(), 1772323200 + 7200);
    EXPECT_EQ(content->body.end_time().nanos(), 250000000);
  }
}

TEST(HookJsonTest, TheMigrationIdIsKeptLosslessly) {
  const std::pair<const char*, const char*> kCases[] = {
      {"9007199254740993", "9007199254740993"},
      {"18446744073709551616", "18446744073709551616"},
      {"\"57500\"", "57500"},
      {"\"a-b/c\"", "a-b/c"},
      {"null", ""},
  };
  for (const auto& [sent, kept] : kCases) {
    const auto content = ParseHook(Hook::kCommit, absl::StrCat(R"({"migrationId":)", sent, "}"));
    ASSERT_TRUE(content.ok()) << content.status();
    EXPECT_EQ(content->migration_id, kept);
  }
  EXPECT_EQ(ParseHook(Hook::kCommit, "{}")->migration_id, "");
}

TEST(HookJsonTest, CommitAndRollbackMayComeWithoutABody) {
  for (const Hook hook : {Hook::kCommit, Hook::kRollback}) {
    for (const char* body : {"", " \r\n", "{}"}) {
      const auto content = ParseHook(hook, body);
      ASSERT_TRUE(content.ok()) << content.status();
      EXPECT_FALSE(content->body.has_start_time());
      EXPECT_EQ(content->body.location(), "");
    }
  }
  EXPECT_THAT(Problem(Hook::kSchedule, ""), StartsWith("body: "));
  EXPECT_THAT(Problem(Hook::kStart, ""), StartsWith("body: "));
}

TEST(HookJsonTest, EachMalformedFieldIsNamed) {
  const std::string s = R"({"startTime":"2026-03-01T00:00:00Z",)";
  const std::string e = R"("endTime":"2026-03-01T02:00:00Z",)";
  const std::string l = R"("location":"EU"})";
  EXPECT_EQ(Problem(Hook::kSchedule, "{" + e + l), "startTime: is missing");
  EXPECT_EQ(Problem(Hook::kSchedule, s + l), "endTime: is missing");
  EXPECT_EQ(Problem(Hook::kSchedule, s + e + R"("location":""})"), "location: is missing");
  EXPECT_THAT(Problem(Hook::kSchedule, s + e + R"("location":7})"), StartsWith("location: "));
  EXPECT_THAT(Problem(Hook::kStart, R"({"migrationId":1.5})"), StartsWith("migrationId: "));
  EXPECT_THAT(Problem(Hook::kStart, R"({"migrationId":1e3})"), StartsWith("migrationId: "));
  EXPECT_THAT(Problem(Hook::kStart, R"({"migrationId":true})"), StartsWith("migrationId: "));
  EXPECT_THAT(Problem(Hook::kStart, R"({"migrationId":""})"), StartsWith("migrationId: "));
  EXPECT_THAT(Problem(Hook::kStart, R"({"migrationId":"a\nb"})"), StartsWith("migrationId: "));
  EXPECT_THAT(
      Problem(Hook::kStart, absl::StrCat(R"({"migrationId":")", std::string(257, 'x'), "\"}")),
      StartsWith("migrationId: "));
  EXPECT_THAT(Problem(Hook::kCommit, "[]"), HasSubstr("object"));
  EXPECT_THAT(Problem(Hook::kCommit, R"({"a":1,"a":2})"), HasSubstr("twice"));
}

TEST(HookJsonTest, TimesAreUtcOnly) {
  for (const char* time :
       {"2026-03-01", "2026-03-01T00:00:00", "2026-03-01T00:00:00+01:00", "2026-03-01 00:00:00Z",
        " 2026-03-01T00:00:00Z", "2026-03-01T00:00:00.Z", "2026-03-01T00:00:00.0000000000Z",
        "2026-02-30T00:00:00Z", "2026-03-01T25:00:00Z", "1772323200", "infinite-future",
        "2026-03-01T00:00:00.00-Z", ""}) {
    EXPECT_THAT(Problem(Hook::kStart, absl::StrCat(R"({"startTime":")", time, "\"}")),
                StartsWith("startTime: "))
        << time;
  }
  EXPECT_THAT(Problem(Hook::kStart, R"({"endTime":1772323200})"), StartsWith("endTime: "));
}

TEST(HookJsonTest, UnknownMembersAreIgnored) {
  EXPECT_TRUE(ParseHook(Hook::kCommit, R"({"migrationId":1,"new":{"deep":[[1]]}})").ok());
}

TEST(HookJsonTest, NestingIsBounded) {
  EXPECT_THAT(Problem(Hook::kCommit, R"({"a":[[[[[[[[1]]]]]]]]})"), HasSubstr("nested"));
}

TEST(HookJsonTest, TheQueryNamesOneMigrationAtMost) {
  EXPECT_EQ(MigrationIdInQuery("").value(), "");
  EXPECT_EQ(MigrationIdInQuery("jwt=x&migrationId=57500").value(), "57500");
  EXPECT_EQ(MigrationIdInQuery("migrationId=a%2Fb+c").value(), "a/b c");
  EXPECT_FALSE(MigrationIdInQuery("migrationId=1&migrationId=2").ok());
  EXPECT_FALSE(MigrationIdInQuery("migrationId=").ok());
  EXPECT_FALSE(MigrationIdInQuery("migrationId=%00").ok());
}

TEST(HookJsonTest, AnIdThatIsNoUtf8IsRefusedBeforeItReachesTheWire) {
  EXPECT_EQ(MigrationIdInQuery("migrationId=%C3%A9").value(), "\xc3\xa9");
  EXPECT_EQ(MigrationIdInQuery("migrationId=%C3").status().message(), "migrationId: must be UTF-8");
}

TEST(HookJsonTest, ReadsAnInstallation) {
  const auto content = ParseInstall(
      true, R"({"key":"app","clientKey":"t1","sharedSecret":"s3","baseUrl":"https://x.example",)"
            R"("eventType":"installed","installationId":"ari:cloud:ecosystem::installation/1"})");
  ASSERT_TRUE(content.ok()) << content.status();
  EXPECT_EQ(content->client_key, "t1");
  EXPECT_EQ(content->shared_secret.Reveal(), "s3");
  EXPECT_EQ(content->site_base_url, "https://x.example");
  EXPECT_EQ(content->installation_id, "ari:cloud:ecosystem::installation/1");
}

TEST(HookJsonTest, AnInstallationNeedsATenantAndASecret) {
  EXPECT_EQ(ParseInstall(true, R"({"clientKey":"t1"})").status().message(),
            "sharedSecret: is missing");
  EXPECT_TRUE(ParseInstall(false, R"({"clientKey":"t1"})").ok());
  EXPECT_EQ(ParseInstall(false, R"({})").status().message(), "clientKey: is missing");
  EXPECT_FALSE(ParseInstall(false, R"({"clientKey":"a\u0000b"})").ok());
  EXPECT_FALSE(ParseInstall(false, R"({"clientKey":1})").ok());
}

TEST(HookJsonTest, AnswersAreJson) {
  EXPECT_EQ(StatusJson("copying", ""), R"({"status":"copying"})");
  EXPECT_EQ(StatusJson("failed", "E0004"), R"({"status":"failed","errorResponseCode":"E0004"})");
  EXPECT_EQ(RefusalJson("E9999", "INVALID", "a \"quoted\" field"),
            R"({"errorResponseCode":"E9999","reason":"INVALID","message":"a \"quoted\" field"})");
  EXPECT_EQ(RefusalJson("", "X", "y"), R"({"reason":"X","message":"y"})");
  EXPECT_TRUE(ParseJson(RefusalJson("", "X", std::string("\xff\0\n", 3)), {1000, 8}).ok());
}

}  // namespace
}  // namespace realm::edge
