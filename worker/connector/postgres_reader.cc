#include "worker/connector/postgres_reader.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "worker/connector/postgres_query.h"

namespace realm::worker {

PostgresReader::PostgresReader(std::unique_ptr<PostgresConnection> connection,
                               const PostgresTable& table)
    : connection_(std::move(connection)),
      table_name_(table.name),
      builder_(table.columns.size(), table.keys.size()) {}

absl::StatusOr<std::unique_ptr<Reader>> PostgresReader::Open(
    std::unique_ptr<PostgresConnection> connection, const PostgresTable& table,
    const std::string& tenant_key, const KeyRange& range) {
  ASSIGN_OR_RETURN(const PostgresCopyRange copy, MakePostgresCopyRange(table, tenant_key, range));
  RETURN_IF_ERROR(connection->Query(copy.set, copy.parameters).status());
  const std::string sql =
      absl::StrCat("COPY (SELECT ", PostgresColumnList(table.columns), " FROM ", table.quoted,
                   copy.where, PostgresOrder(table), ") TO STDOUT (FORMAT binary)");
  RETURN_IF_ERROR(connection->BeginCopyOut(sql));
  return absl::WrapUnique(new PostgresReader(std::move(connection), table));
}

absl::StatusOr<Page> PostgresReader::Next() {
  absl::string_view message;
  while (!is_at_end_ && !builder_.IsFull()) {
    ASSIGN_OR_RETURN(const bool has_message, connection_->CopyRow(message));
    is_at_end_ = !has_message;
    if (!has_message) break;
    RETURN_IF_ERROR(Annotate(builder_.AddCopyMessage(message), table_name_));
  }
  return builder_.Finish();
}

}  // namespace realm::worker
