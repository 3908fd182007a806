#include "common/log.h"

#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "common/ids.h"
#include "common/json_text.h"

namespace realm {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

// Gathers the records of one test and puts everything back.
class LogTest : public ::testing::Test {
 protected:
  LogTest() {
    former_ = SetLogSink([this](absl::string_view record) { records_.emplace_back(record); });
  }
  ~LogTest() override {
    SetLogSink(std::move(former_));
    SetLogLevel(Level::kInfo);
    SetLogFormat(LogFormat::kJson);
  }

  std::string Only() const { return records_.size() == 1 ? records_[0] : "not one record"; }

  std::vector<std::string> records_;
  LogSink former_;
};

TEST_F(LogTest, ARecordIsOneLineOfJson) {
  Log(Level::kWarning, "lease ran out", {{"worker", WorkerId("eu-1")}, {"attempt", 3}});
  EXPECT_THAT(Only(),
              MatchesRegex("\\{\"time\":\"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{6}Z\","
                           "\"level\":\"warning\",\"message\":\"lease ran out\","
                           "\"worker\":\"eu-1\",\"attempt\":3\\}\n"));
}

TEST_F(LogTest, EachKindOfValueIsWrittenAsWhatItIs) {
  Log(Level::kInfo, "m",
      {{"yes", true},
       {"least", std::numeric_limits<int64_t>::min()},
       {"most", std::numeric_limits<uint64_t>::max()},
       {"half", 0.5},
       {"never", std::numeric_limits<double>::infinity()},
       {"took", absl::Milliseconds(1500)},
       {"at", absl::UnixEpoch()},
       {"status", absl::AbortedError("fenced")},
       {"text", std::string("a") + "b"}});
  EXPECT_THAT(Only(), EndsWith("\"yes\":true,\"least\":-9223372036854775808,"
                               "\"most\":18446744073709551615,\"half\":0.5,\"never\":\"inf\","
                               "\"took\":1.5,\"at\":\"1970-01-01T00:00:00.000000Z\","
                               "\"status\":\"ABORTED: fenced\",\"text\":\"ab\"}\n"));
}

TEST_F(LogTest, HostileTextCannotBreakTheLine) {
  Log(Level::kInfo, "m", {{"name", absl::string_view("a\"b\\c\nd\x01\xff\0z", 11)}});
  EXPECT_THAT(Only(), HasSubstr("\"name\":\"a\\\"b\\\\c\\nd\\u0001\xef\xbf\xbd\\u0000z\"}"));
}

TEST_F(LogTest, RecordsBelowTheLevelAreNotWritten) {
  Log(Level::kDebug, "quiet");
  EXPECT_TRUE(records_.empty());
  SetLogLevel(Level::kDebug);
  Log(Level::kDebug, "heard");
  EXPECT_EQ(records_.size(), 1u);
  SetLogLevel(Level::kError);
  Log(Level::kWarning, "quiet");
  EXPECT_EQ(records_.size(), 1u);
}

TEST_F(LogTest, TextIsForPeople) {
  SetLogFormat(LogFormat::kText);
  Log(Level::kInfo, "job finished", {{"records", 100}, {"job", "m1/main copy"}});
  EXPECT_THAT(Only(), MatchesRegex("[0-9:]{8}\\.[0-9]{3} info    job finished "
                                   "records=100 job=\"m1/main copy\"\n"));
}

TEST_F(LogTest, LoggingKeepsErrno) {
  errno = EIO;
  Log(Level::kInfo, "m");
  EXPECT_EQ(errno, EIO);
}

TEST(LogStderrTest, WithoutASinkRecordsOfManyThreadsArriveWhole) {
  ::testing::internal::CaptureStderr();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < 250; ++n)
        Log(Level::kInfo, "m", {{"pad", std::string(200, 'x')}});
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  const std::string written = ::testing::internal::GetCapturedStderr();
  int lines = 0;
  for (size_t at = 0; at < written.size(); ++lines) {
    const size_t end = written.find('\n', at);
    ASSERT_THAT(written.substr(at, end - at), StartsWith("{\"time\""));
    ASSERT_THAT(written.substr(at, end - at), EndsWith("xxx\"}"));
    at = end + 1;
  }
  EXPECT_EQ(lines, 1000);
}

TEST(LogLevelTest, ParsesWhatItPrints) {
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    EXPECT_EQ(*ParseLogLevel(ToString(level)), level);
  }
  EXPECT_THAT(std::string(ParseLogLevel("loud").status().message()), HasSubstr("none of debug"));
}

std::string Json(absl::string_view text) {
  std::string json;
  AppendJsonString(text, &json);
  return json;
}

TEST(JsonTextTest, WellFormedTextPassesUnchanged) {
  for (const std::string text : {"", "plain", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x9a\x9a",
                                 "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(Json(text), "\"" + text + "\"");
  }
}

// Overlong forms, surrogates, what is past the last code point, and sequences that end too early:
// one U+FFFD for each byte that belongs to nothing.
TEST(JsonTextTest, BytesThatAreNoTextAreReplaced) {
  const std::string mark = "\xef\xbf\xbd";
  EXPECT_EQ(Json("\xc0\x80"), "\"" + mark + mark + "\"");
  EXPECT_EQ(Json("\xe0\x80\x80"), "\"" + mark + mark + mark + "\"");
  EXPECT_EQ(Json("\xed\xa0\x80"), "\"" + mark + mark + mark + "\"");
  EXPECT_EQ(Json("\xf5\x80"), "\"" + mark + mark + "\"");
  EXPECT_EQ(Json("\xe2\x82"), "\"" + mark + mark + "\"");
  EXPECT_EQ(Json("\xe2\x82z"), "\"" + mark + mark + "z\"");
}

}  // namespace
}  // namespace realm
