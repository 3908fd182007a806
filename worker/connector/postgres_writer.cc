#include "worker/connector/postgres_writer.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/clock.h"
#include "common/status_macros.h"
#include "worker/connector/encoding.h"
#include "worker/connector/postgres_page.h"
#include "worker/connector/postgres_query.h"

namespace realm::worker {
namespace {

bool IsSame(const Token& a, const Token& b) {
  return a.generation == b.generation && a.epoch == b.epoch && a.nonce == b.nonce;
}

std::string CopyInto(absl::string_view into, const PostgresTable& table) {
  std::vector<PostgresColumn> columns{table.tenant};
  columns.insert(columns.end(), table.columns.begin(), table.columns.end());
  return absl::StrCat("COPY ", into, " (", PostgresColumnList(columns),
                      ") FROM STDIN (FORMAT binary)");
}

constexpr char kIncoming[] = "pg_temp.realmshift_incoming";

// An empty table of the same columns without constraints. Generated columns are in it too, so that
// an expression of an index finds each name here and nothing matches by mistake.
std::string MakeIncoming(const PostgresTable& table) {
  return absl::StrCat("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;",
                      "DROP TABLE IF EXISTS ", kIncoming, "; CREATE TEMP TABLE realmshift_incoming",
                      " ON COMMIT DROP AS SELECT ", table.tenant.quoted,
                      table.digested.empty() ? "" : ", ", PostgresColumnList(table.digested),
                      " FROM ", table.quoted, " WITH NO DATA");
}

std::string DeleteEqualKeys(const PostgresTable& table) {
  std::string same = absl::StrCat("t.", table.tenant.quoted, " = i.", table.tenant.quoted);
  for (const PostgresColumn& key : table.keys) {
    absl::StrAppend(&same, " AND t.", key.quoted, " = i.", key.quoted);
  }
  return absl::StrCat("DELETE FROM ", table.quoted, " t USING ", kIncoming, " i WHERE ", same);
}

// Rows of this tenant that hold what an incoming row must hold alone. They are stale: at the source
// the index is unique, too. Whoever compares digests finds them missing and writes them again.
std::string DeleteConflicting(const PostgresTable& table, const PostgresUniqueIndex& index) {
  const std::string predicate =
      index.predicate.empty() ? "" : absl::StrCat(" AND (", index.predicate, ")");
  return absl::StrCat("DELETE FROM ", table.quoted, " WHERE ", table.tenant.quoted, " = $1",
                      predicate, " AND (", index.expressions, ") IN (SELECT ", index.expressions,
                      " FROM ", kIncoming, " WHERE true", predicate, ")");
}

std::string InsertIncoming(const PostgresTable& table) {
  std::vector<PostgresColumn> columns{table.tenant};
  columns.insert(columns.end(), table.columns.begin(), table.columns.end());
  const std::string list = PostgresColumnList(columns);
  return absl::StrCat("INSERT INTO ", table.quoted, " (", list, ") OVERRIDING SYSTEM VALUE SELECT ",
                      list, " FROM ", kIncoming);
}

}  // namespace

absl::Status PostgresWriter::Write(const Token& token, const PostgresTable& table, const Page& page,
                                   absl::string_view cursor) {
  RETURN_IF_ERROR(failed_);
  RETURN_IF_ERROR(UseTable(token, table));
  ASSIGN_OR_RETURN(std::string rows,
                   PostgresCopyRows(page, tenant_value_, table.columns.size(), table.keys.size()));
  return Add({std::move(rows), page.record_count, std::string(cursor), page.last_key});
}

absl::Status PostgresWriter::UseTable(const Token& token, const PostgresTable& table) {
  if (table_ == &table && IsSame(token_, token)) return absl::OkStatus();
  RETURN_IF_ERROR(Flush());
  if (table_ != &table) {
    ASSIGN_OR_RETURN(PostgresConnection* const connection, get_connection_());
    const PostgresParameters tenant_key{{key_.scope.tenant_key, table.tenant.type_oid}};
    ASSIGN_OR_RETURN(const PostgresResult value,
                     connection->Query("SELECT $1", tenant_key, /*is_binary=*/true));
    tenant_value_ = std::string(PostgresField(*value, 0, 0));
    replaces_ = false;
  }
  table_ = &table;
  token_ = token;
  return absl::OkStatus();
}

absl::Status PostgresWriter::Add(PendingPage page) {
  const auto bytes = static_cast<int64_t>(page.rows.size());
  pages_.push_back(std::move(page));
  byte_count_ += bytes;
  absl::Status status = transaction_.has_value() ? Send(pages_.back()) : Open();
  const bool is_due = byte_count_ >= kPostgresBatchBytes ||
                      SystemClock().Monotonic() - begun_at_ >= kPostgresBatchAge;
  if (status.ok() && is_due) status = Commit(Durability::kLater);
  if (status.ok()) return status;
  const absl::Status explained = Explain(status);
  // The caller was not told that this page is written, and will repeat it if it can.
  pages_.pop_back();
  byte_count_ -= bytes;
  return Abandon(explained);
}

absl::Status PostgresWriter::FlushAs(Durability durability) {
  RETURN_IF_ERROR(failed_);
  if (pages_.empty()) return absl::OkStatus();
  absl::Status status = transaction_.has_value() ? absl::OkStatus() : Open();
  if (status.ok()) status = Commit(durability);
  return status.ok() ? status : Abandon(Explain(status));
}

absl::Status PostgresWriter::Open() {
  ASSIGN_OR_RETURN(connection_, get_connection_());
  ASSIGN_OR_RETURN(PostgresTransaction begun, PostgresTransaction::Begin(*connection_));
  transaction_.emplace(std::move(begun));
  RETURN_IF_ERROR(LockFence(*connection_, token_));
  begun_at_ = SystemClock().Monotonic();
  if (!replaces_) {
    RETURN_IF_ERROR(connection_->BeginCopyIn(CopyInto(table_->quoted, *table_)));
    RETURN_IF_ERROR(connection_->PutCopy(kPostgresCopyHeader));
  }
  for (const PendingPage& page : pages_)
    RETURN_IF_ERROR(Send(page));
  return absl::OkStatus();
}

absl::Status PostgresWriter::Send(const PendingPage& page) {
  return replaces_ ? ReplacePage(page) : connection_->PutCopy(page.rows);
}

absl::Status PostgresWriter::ReplacePage(const PendingPage& page) {
  if (page.record_count == 0) return absl::OkStatus();
  RETURN_IF_ERROR(connection_->Run(MakeIncoming(*table_)));
  RETURN_IF_ERROR(connection_->BeginCopyIn(CopyInto(kIncoming, *table_)));
  RETURN_IF_ERROR(connection_->PutCopy(kPostgresCopyHeader));
  RETURN_IF_ERROR(connection_->PutCopy(page.rows));
  RETURN_IF_ERROR(connection_->PutCopy(kPostgresCopyTrailer));
  RETURN_IF_ERROR(connection_->EndCopyIn());
  RETURN_IF_ERROR(connection_->Run(DeleteEqualKeys(*table_)));
  const PostgresParameters tenant_key{{key_.scope.tenant_key, table_->tenant.type_oid}};
  for (const PostgresUniqueIndex& index : table_->unique_indexes) {
    if (index.is_of_key) continue;
    RETURN_IF_ERROR(connection_->Query(DeleteConflicting(*table_, index), tenant_key).status());
  }
  return connection_->Run(InsertIncoming(*table_));
}

absl::Status PostgresWriter::Commit(Durability durability) {
  const absl::Status status = CommitOnce(durability);
  if (replaces_ || PostgresStateOf(status) != kPostgresUniqueViolation) return status;
  replaces_ = true;
  Close();
  RETURN_IF_ERROR(Open());
  return CommitOnce(durability);
}

absl::Status PostgresWriter::CommitOnce(Durability durability) {
  if (!replaces_) {
    RETURN_IF_ERROR(connection_->PutCopy(kPostgresCopyTrailer));
    RETURN_IF_ERROR(connection_->EndCopyIn());
  }
  RETURN_IF_ERROR(CommitCursor(*connection_, *transaction_, pages_.back().cursor, durability));
  Close();
  pages_.clear();
  byte_count_ = 0;
  return absl::OkStatus();
}

absl::Status PostgresWriter::LockFence(PostgresConnection& connection, const Token& token) {
  RETURN_IF_ERROR(failed_);
  ASSIGN_OR_RETURN(const std::string cursor, LockPostgresFence(connection, key_, token));
  token_ = token;
  const auto& possible = possible_cursors_;
  if (!has_unsynced_ || changed_on_ == connection.id() ||
      std::find(possible.begin(), possible.end(), cursor) != possible.end()) {
    return absl::OkStatus();
  }
  failed_ = absl::UnavailableError(
      "the server lost changes that were not synced; open the store again and go on at its cursor");
  return failed_;
}

absl::Status PostgresWriter::CommitCursor(PostgresConnection& connection,
                                          PostgresTransaction& transaction,
                                          absl::string_view cursor, Durability durability) {
  RETURN_IF_ERROR(SetPostgresCursor(connection, key_, cursor));
  // Both, for as long as nobody knows how the commit ends.
  possible_cursors_.emplace_back(cursor);
  RETURN_IF_ERROR(transaction.Commit(durability));
  possible_cursors_ = {std::string(cursor)};
  has_unsynced_ = durability == Durability::kLater;
  changed_on_ = connection.id();
  return absl::OkStatus();
}

absl::Status PostgresWriter::Sync() {
  RETURN_IF_ERROR(FlushAs(Durability::kNow));
  if (!has_unsynced_) return absl::OkStatus();
  ASSIGN_OR_RETURN(PostgresConnection* const connection, get_connection_());
  ASSIGN_OR_RETURN(PostgresTransaction transaction, PostgresTransaction::Begin(*connection));
  RETURN_IF_ERROR(LockFence(*connection, token_));
  // Anything in the log will do: on disk with it is everything before it.
  RETURN_IF_ERROR(
      connection->Query("SELECT pg_logical_emit_message(true, 'realmshift', '')").status());
  RETURN_IF_ERROR(transaction.Commit(Durability::kNow));
  has_unsynced_ = false;
  return absl::OkStatus();
}

absl::Status PostgresWriter::Abandon(const absl::Status& status) {
  Close();
  if (absl::IsUnavailable(status)) return status;
  if (!pages_.empty() && !absl::IsAborted(status)) failed_ = status;
  pages_.clear();
  byte_count_ = 0;
  return status;
}

absl::Status PostgresWriter::Explain(const absl::Status& status) const {
  if (!absl::IsInvalidArgument(status)) return status;
  int64_t row = PostgresCopyRowOf(status) - 1;
  std::string key = pages_.back().last_key;
  for (const PendingPage& page : pages_) {
    if (row < 0 || replaces_) break;
    key = PostgresKeyInCopyRows(page.rows, row, table_->columns.size(), table_->keys.size());
    if (row < page.record_count) break;
    row -= page.record_count;
  }
  return Annotate(status,
                  absl::StrCat("table ", table_->name, ", ",
                               row < 0 || replaces_ ? "in the page up to " : "", KeyForError(key)));
}

void PostgresWriter::Close() {
  transaction_.reset();
  connection_ = nullptr;
}

void PostgresWriter::Reset() {
  Close();
  pages_.clear();
  byte_count_ = 0;
  possible_cursors_.clear();
  has_unsynced_ = false;
  failed_ = absl::OkStatus();
}

}  // namespace realm::worker
