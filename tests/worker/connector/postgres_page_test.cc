#include "worker/connector/postgres_page.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "common/limits.h"
#include "worker/connector/encoding.h"

namespace realm::worker {
namespace {

using Fields = std::vector<std::optional<std::string>>;

std::string Row(const Fields& fields) {
  std::string row;
  for (const auto& field : fields) {
    AppendFixed32(field.has_value() ? static_cast<uint32_t>(field->size()) : 0xffffffff, row);
    if (field.has_value()) row += *field;
  }
  return row;
}

std::string Message(const Fields& fields) {
  return std::string("\0", 1) + static_cast<char>(fields.size()) + Row(fields);
}

// Two columns, the first of which is the key.
Page TwoRows() {
  PostgresPageBuilder builder(2, 1);
  EXPECT_TRUE(
      builder.AddCopyMessage(std::string(kPostgresCopyHeader) + Message({"a", "one"})).ok());
  EXPECT_TRUE(builder.AddCopyMessage(Message({"b", std::nullopt})).ok());
  EXPECT_TRUE(builder.AddCopyMessage(kPostgresCopyTrailer).ok());
  return *builder.Finish();
}

TEST(PostgresPageTest, RowsGoIntoCopyWithTheTenantInFront) {
  const Page page = TwoRows();
  EXPECT_EQ(page.record_count, 2);
  EXPECT_EQ(page.last_key, EncodePostgresKey({"b"}));
  const auto rows = PostgresCopyRows(page, "T", 2, 1);
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(*rows, Message({"T", "a", "one"}) + Message({"T", "b", std::nullopt}));
  EXPECT_EQ(PostgresKeyInCopyRows(*rows, 0, 2, 1), EncodePostgresKey({"a"}));
  EXPECT_EQ(PostgresKeyInCopyRows(*rows, 1, 2, 1), EncodePostgresKey({"b"}));
  EXPECT_EQ(PostgresKeyInCopyRows(*rows, 2, 2, 1), "");
}

TEST(PostgresPageTest, TheHeaderMayComeOnItsOwn) {
  PostgresPageBuilder builder(1, 1);
  ASSERT_TRUE(builder.AddCopyMessage(kPostgresCopyHeader).ok());
  ASSERT_TRUE(builder.AddCopyMessage(Message({"a"})).ok());
  EXPECT_EQ(builder.Finish()->record_count, 1);
}

TEST(PostgresPageTest, EveryCutOfAPageIsRefused) {
  const Page whole = TwoRows();
  for (size_t size = 0; size < whole.records.size(); ++size) {
    Page cut = whole;
    cut.records.resize(size);
    EXPECT_TRUE(absl::IsInvalidArgument(PostgresCopyRows(cut, "T", 2, 1).status())) << size;
  }
}

// A page from a peer must not smuggle in a row of another tenant, however its lengths lie.
TEST(PostgresPageTest, ARowWithAnotherRowInsideIsRefused) {
  Page page;
  page.records = std::string(1, static_cast<char>(PageFormat::kPostgres1)) + '\2';
  const std::string hidden = Row({"a", "one"}) + Message({"other tenant", "b", "two"});
  AppendFixed32(static_cast<uint32_t>(hidden.size()), page.records);
  page.records += hidden;
  page.record_count = 1;
  page.last_key = EncodePostgresKey({"a"});
  EXPECT_TRUE(absl::IsInvalidArgument(PostgresCopyRows(page, "T", 2, 1).status()));
}

TEST(PostgresPageTest, ImpossibleCountsAreRefusedBeforeRoomIsMade) {
  Page page = TwoRows();
  page.record_count = INT64_MAX;
  EXPECT_TRUE(absl::IsInvalidArgument(PostgresCopyRows(page, "T", 2, 1).status()));
  page.record_count = -1;
  EXPECT_TRUE(absl::IsInvalidArgument(PostgresCopyRows(page, "T", 2, 1).status()));
}

TEST(PostgresPageTest, APageOfAnotherShapeIsRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(PostgresCopyRows(TwoRows(), "T", 3, 1).status()));
  Page page = TwoRows();
  page.last_key = EncodePostgresKey({"c"});
  EXPECT_TRUE(absl::IsInvalidArgument(PostgresCopyRows(page, "T", 2, 1).status()));
}

TEST(PostgresPageTest, ARowBeyondTheBoundIsNamedByADigestOfItsKey) {
  PostgresPageBuilder builder(2, 1);
  const std::string large(kRecordBytesMax, 'x');
  const absl::Status status = builder.AddCopyMessage(Message({"secret", large}));
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(status.message().find("secret"), absl::string_view::npos);
}

TEST(PostgresPageTest, KeysOfManyColumnsComeBackAsTheyWent) {
  const std::string zero("\0", 1);
  const std::string key = EncodePostgresKey({"a", "", zero});
  const auto values = DecodePostgresKey(key, 3);
  ASSERT_TRUE(values.ok()) << values.status();
  EXPECT_EQ(*values, (std::vector<std::string>{"a", "", zero}));
  EXPECT_NE(key, EncodePostgresKey({"a" + zero, "", ""}));
  EXPECT_FALSE(DecodePostgresKey(key, 2).ok());
  EXPECT_FALSE(DecodePostgresKey(key.substr(0, key.size() - 1), 3).ok());
  EXPECT_FALSE(DecodePostgresKey("", 0).ok());
  EXPECT_TRUE(DecodePostgresKey(EncodePostgresKey({}), 0).ok());
}

TEST(PostgresPageTest, ANullInTheKeyIsRefused) {
  EXPECT_FALSE(PostgresKeyOfRow(Row({std::nullopt, "x"}), 1).ok());
  EXPECT_FALSE(PostgresKeyOfRow(Row({"x"}), 2).ok());
}

}  // namespace
}  // namespace realm::worker
