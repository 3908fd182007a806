#include "worker/connector/key_value_page.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/limits.h"

namespace realm::worker {
namespace {

Page Build(const std::vector<std::pair<std::string, std::string>>& records) {
  KeyValuePageBuilder builder;
  for (const auto& [key, value] : records)
    builder.Add(key, value);
  return builder.Finish();
}

absl::Status Parse(const Page& page) {
  KeyValuePageParser parser(page);
  while (parser.Next()) {
  }
  return parser.status();
}

TEST(KeyValuePageTest, RecordsComeBackAsTheyWent) {
  const Page page = Build({{"a", "1"}, {std::string("a\0", 2), ""}, {"b", std::string(300, 'x')}});
  EXPECT_EQ(page.record_count, 3);
  EXPECT_EQ(page.last_key, "b");
  EXPECT_EQ(page.byte_count, static_cast<int64_t>(page.records.size()));
  KeyValuePageParser parser(page);
  ASSERT_TRUE(parser.Next());
  EXPECT_EQ(parser.key(), "a");
  EXPECT_EQ(parser.value(), "1");
  ASSERT_TRUE(parser.Next());
  EXPECT_EQ(parser.key(), absl::string_view("a\0", 2));
  ASSERT_TRUE(parser.Next());
  EXPECT_EQ(parser.value(), std::string(300, 'x'));
  EXPECT_FALSE(parser.Next());
  EXPECT_TRUE(parser.status().ok()) << parser.status();
}

TEST(KeyValuePageTest, APageWithoutRecordsIsEmptyAndFine) {
  KeyValuePageBuilder builder;
  const Page page = builder.Finish();
  EXPECT_EQ(page.records, "");
  EXPECT_TRUE(Parse(page).ok());
}

TEST(KeyValuePageTest, TheBuilderIsEmptyAgainAfterAPage) {
  KeyValuePageBuilder builder;
  builder.Add("a", std::string(kPageBytes, 'x'));
  EXPECT_TRUE(builder.IsFull());
  EXPECT_EQ(builder.Finish().record_count, 1);
  EXPECT_FALSE(builder.IsFull());
  EXPECT_EQ(builder.Finish().record_count, 0);
}

TEST(KeyValuePageTest, EveryCutIsRefused) {
  const Page whole = Build({{"a", "1"}, {"b", "2"}});
  for (size_t size = 0; size < whole.records.size(); ++size) {
    Page cut = whole;
    cut.records.resize(size);
    EXPECT_EQ(Parse(cut).code(), absl::StatusCode::kInvalidArgument) << size;
  }
}

TEST(KeyValuePageTest, RecordsOutOfOrderAreRefused) {
  EXPECT_FALSE(Parse(Build({{"b", "1"}, {"a", "2"}})).ok());
  EXPECT_FALSE(Parse(Build({{"a", "1"}, {"a", "2"}})).ok());
  EXPECT_FALSE(Parse(Build({{"", "1"}})).ok());
}

TEST(KeyValuePageTest, CountAndLastKeyMustBeThoseOfTheRecords) {
  Page page = Build({{"a", "1"}, {"b", "2"}});
  page.record_count = 3;
  EXPECT_FALSE(Parse(page).ok());
  page = Build({{"a", "1"}, {"b", "2"}});
  page.last_key = "c";
  EXPECT_FALSE(Parse(page).ok());
}

TEST(KeyValuePageTest, ARecordBeyondTheBoundIsNamedByADigestOfItsKey) {
  EXPECT_TRUE(CheckRecord("key", std::string(kRecordBytesMax - 3, 'x')).ok());
  const absl::Status status = CheckRecord("secret", std::string(kRecordBytesMax, 'x'));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message().find("secret"), absl::string_view::npos);
}

}  // namespace
}  // namespace realm::worker
