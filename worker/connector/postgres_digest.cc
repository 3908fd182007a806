#include "worker/connector/postgres_digest.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"

#include "common/limits.h"
#include "common/status_macros.h"
#include "worker/connector/postgres_page.h"
#include "worker/connector/postgres_query.h"

namespace realm::worker {
namespace {

// Begins every digest, so that one of this encoding equals none of another.
constexpr absl::string_view kPostgresEncoding = "realm postgres 1";
constexpr absl::string_view kNull("\0", 1);
constexpr absl::string_view kValue("\1", 1);

std::string SelectRows(const PostgresTable& table, const PostgresRange& range) {
  return absl::StrCat("SELECT ", PostgresColumnList(table.digested), " FROM ", table.quoted,
                      range.where, PostgresOrder(table));
}

std::vector<int> PositionsOfKeys(const PostgresTable& table) {
  std::vector<int> positions;
  for (const PostgresColumn& key : table.keys) {
    const auto found = std::find_if(table.digested.begin(), table.digested.end(),
                                    [&key](const auto& each) { return each.name == key.name; });
    positions.push_back(static_cast<int>(found - table.digested.begin()));
  }
  return positions;
}

}  // namespace

PostgresRowDigest::PostgresRowDigest(const PostgresTable& table, const KeyRange& range,
                                     absl::string_view key)
    : table_(table), key_positions_(PositionsOfKeys(table)), digest_(key) {
  Begin(range.after);
}

void PostgresRowDigest::Begin(std::string after) {
  range_ = RangeDigest();
  range_.range = {after, after};
  digest_.UpdateSized(kPostgresEncoding);
  digest_.UpdateSized(table_.name);
  for (const PostgresColumn& column : table_.digested)
    digest_.UpdateSized(column.name);
}

void PostgresRowDigest::Add(const pg_result& row) {
  for (size_t i = 0; i < table_.digested.size(); ++i) {
    const int column = static_cast<int>(i);
    if (PostgresIsNull(row, 0, column)) {
      digest_.Update(kNull);
      range_.byte_count += 1;
      continue;
    }
    const absl::string_view value = PostgresField(row, 0, column);
    digest_.Update(kValue);
    digest_.UpdateSized(value);
    range_.byte_count += 1 + KeyedDigest::kLengthBytes + static_cast<int64_t>(value.size());
  }
  std::vector<absl::string_view> key;
  for (const int position : key_positions_)
    key.push_back(PostgresField(row, 0, position));
  range_.range.last = EncodePostgresKey(key);
  ++range_.record_count;
}

RangeDigest PostgresRowDigest::Finish() {
  range_.digest = digest_.Finish();
  RangeDigest finished = std::move(range_);
  Begin(finished.range.last);
  return finished;
}

PostgresDigester::PostgresDigester(std::unique_ptr<PostgresConnection> connection,
                                   PostgresTable table, const KeyRange& range,
                                   absl::string_view key)
    : connection_(std::move(connection)), table_(std::move(table)), rows_(table_, range, key) {}

absl::StatusOr<std::unique_ptr<Digester>> PostgresDigester::Open(
    std::unique_ptr<PostgresConnection> connection, PostgresTable table,
    const std::string& tenant_key, const KeyRange& range, absl::string_view key) {
  ASSIGN_OR_RETURN(const PostgresRange rows, MakePostgresRange(table, tenant_key, range));
  RETURN_IF_ERROR(connection->BeginRows(SelectRows(table, rows), rows.parameters));
  return absl::WrapUnique(
      new PostgresDigester(std::move(connection), std::move(table), range, key));
}

absl::StatusOr<RangeDigest> PostgresDigester::Next() {
  while (!is_at_end_ && rows_.range().record_count < kRangeRecords &&
         rows_.range().byte_count < kRangeBytesMax) {
    ASSIGN_OR_RETURN(const PostgresResult row, connection_->NextRow());
    is_at_end_ = row == nullptr;
    if (!is_at_end_) rows_.Add(*row);
  }
  return rows_.Finish();
}

absl::StatusOr<RangeDigest> DigestPostgresRange(PostgresConnection& connection,
                                                const PostgresTable& table,
                                                const std::string& tenant_key,
                                                const KeyRange& range, absl::string_view key,
                                                int64_t record_limit) {
  ASSIGN_OR_RETURN(const PostgresRange rows, MakePostgresRange(table, tenant_key, range));
  const std::string sql = absl::StrCat(SelectRows(table, rows), " LIMIT ", record_limit + 1);
  PostgresRowDigest digest(table, range, key);
  RETURN_IF_ERROR(connection.BeginRows(sql, rows.parameters));
  while (true) {
    ASSIGN_OR_RETURN(const PostgresResult row, connection.NextRow());
    if (row == nullptr) break;
    digest.Add(*row);
  }
  RangeDigest finished = digest.Finish();
  finished.range = range;
  return finished;
}

}  // namespace realm::worker
