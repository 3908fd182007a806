#include "worker/connector/postgres_erase.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "worker/connector/encoding.h"
#include "worker/connector/postgres_digest.h"
#include "worker/connector/postgres_page.h"
#include "worker/connector/postgres_query.h"

namespace realm::worker {
namespace {

using Durability = PostgresTransaction::Durability;

absl::StatusOr<int64_t> DeleteRange(const PostgresErasure& erasure, const KeyRange& range) {
  ASSIGN_OR_RETURN(const PostgresRange rows,
                   MakePostgresRange(erasure.table, erasure.tenant_key, range));
  const std::string sql = absl::StrCat("DELETE FROM ", erasure.table.quoted, rows.where);
  ASSIGN_OR_RETURN(const PostgresResult result, erasure.connection.Query(sql, rows.parameters));
  return PostgresChangedRows(*result);
}

// `range` cut after its first `record_limit` records.
absl::StatusOr<KeyRange> FirstOf(const PostgresErasure& erasure, const KeyRange& range,
                                 int64_t record_limit) {
  const PostgresTable& table = erasure.table;
  if (table.keys.empty()) return range;  // One record at most.
  ASSIGN_OR_RETURN(const PostgresRange rows, MakePostgresRange(table, erasure.tenant_key, range));
  const std::string sql =
      absl::StrCat("SELECT ", PostgresColumnList(table.keys), " FROM ", table.quoted, rows.where,
                   PostgresOrder(table), " OFFSET ", record_limit - 1, " LIMIT 1");
  ASSIGN_OR_RETURN(const PostgresResult last,
                   erasure.connection.Query(sql, rows.parameters, /*is_binary=*/true));
  if (PostgresRowCount(*last) == 0) return range;
  std::vector<absl::string_view> key;
  for (size_t i = 0; i < table.keys.size(); ++i) {
    key.push_back(PostgresField(*last, 0, static_cast<int>(i)));
  }
  return KeyRange{range.after, EncodePostgresKey(key)};
}

}  // namespace

absl::StatusOr<int64_t> ErasePostgresRange(const PostgresErasure& erasure, const KeyRange& range,
                                           int64_t record_limit) {
  if (record_limit < 1) return absl::InvalidArgumentError("record_limit must be positive");
  ASSIGN_OR_RETURN(PostgresTransaction transaction, PostgresTransaction::Begin(erasure.connection));
  RETURN_IF_ERROR(erasure.writer.LockFence(erasure.connection, erasure.token));
  ASSIGN_OR_RETURN(const KeyRange first, FirstOf(erasure, range, record_limit));
  ASSIGN_OR_RETURN(const int64_t erased, DeleteRange(erasure, first));
  RETURN_IF_ERROR(erasure.writer.CommitCursor(erasure.connection, transaction, erasure.cursor,
                                              Durability::kLater));
  return erased;
}

absl::Status ErasePostgresVerified(const PostgresErasure& erasure, const RangeDigest& expected,
                                   absl::string_view key) {
  ASSIGN_OR_RETURN(
      PostgresTransaction transaction,
      PostgresTransaction::Begin(erasure.connection, "ISOLATION LEVEL REPEATABLE READ"));
  RETURN_IF_ERROR(erasure.writer.LockFence(erasure.connection, erasure.token));
  ASSIGN_OR_RETURN(const RangeDigest found,
                   DigestPostgresRange(erasure.connection, erasure.table, erasure.tenant_key,
                                       expected.range, key, expected.record_count));
  const std::string subject = absl::StrCat("table ", erasure.table.name, ", the range after ",
                                           KeyForError(expected.range.after));
  if (found.record_count != expected.record_count || found.digest != expected.digest) {
    return absl::FailedPreconditionError(
        absl::StrCat(subject, " is not what was verified: it holds ", found.record_count,
                     " records, ", expected.record_count, " were verified"));
  }
  ASSIGN_OR_RETURN(const int64_t erased, DeleteRange(erasure, expected.range));
  if (erased != expected.record_count) {
    return absl::FailedPreconditionError(absl::StrCat(subject, ": removing it took ", erased,
                                                      " records, not ", expected.record_count));
  }
  return erasure.writer.CommitCursor(erasure.connection, transaction, erasure.cursor,
                                     Durability::kLater);
}

}  // namespace realm::worker
