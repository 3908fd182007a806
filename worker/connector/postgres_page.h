// Rows as PostgreSQL's binary COPY writes them, the pages they make, and the keys
// of records. Nothing here talks to a server. The bytes are described in
// docs/formats/postgres-dataset.md.
//
// A row here is the fields of one tuple, each a 4-byte length (-1: NULL) and its
// bytes, without the count of fields in front: the key columns in their order,
// then the others. The tenant column is not among them: the target adds its own.
#ifndef REALMSHIFT_WORKER_CONNECTOR_POSTGRES_PAGE_H_
#define REALMSHIFT_WORKER_CONNECTOR_POSTGRES_PAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "worker/connector/connector.h"

namespace realm::worker {

// The values of a record's key columns, in binary format, as one string.
std::string EncodePostgresKey(const std::vector<absl::string_view>& values);
// INVALID_ARGUMENT: not such a key, or one of another number of columns.
absl::StatusOr<std::vector<std::string>> DecodePostgresKey(absl::string_view key,
                                                           size_t column_count);

// The next field of a row; nullopt for NULL. False if the row ends before it does.
bool ConsumePostgresField(absl::string_view& row, std::optional<absl::string_view>& field);

// The key of a row: its first `key_columns` fields. INVALID_ARGUMENT: it has none.
absl::StatusOr<std::string> PostgresKeyOfRow(absl::string_view row, size_t key_columns);

// Gathers rows, in key order, up to about kPageBytes.
//
// Thread safety: one thread at a time.
class PostgresPageBuilder {
 public:
  // `column_count`: fields of each row.
  PostgresPageBuilder(size_t column_count, size_t key_columns);

  // Takes one message of COPY TO STDOUT: the header that may stand before the first row is
  // skipped, the trailer after the last adds nothing. INVALID_ARGUMENT: the row has another number
  // of fields, or more than kRecordBytesMax bytes.
  absl::Status AddCopyMessage(absl::string_view message);
  bool IsFull() const;
  // The page; leaves an empty builder behind.
  absl::StatusOr<Page> Finish();

 private:
  absl::Status AddRow(absl::string_view row);

  const size_t column_count_;
  const size_t key_columns_;
  Page page_;
  size_t last_row_bytes_ = 0;
};

// What COPY FROM STDIN (FORMAT binary) takes before the first row and after the last.
extern const absl::string_view kPostgresCopyHeader;
extern const absl::string_view kPostgresCopyTrailer;

// The rows of `page` as COPY FROM STDIN takes them, each with the field `tenant_value` in front.
// INVALID_ARGUMENT: the page is of another format or shape, cut off, or not what its counts and
// last key say. What comes out has exactly page.record_count rows, each with column_count + 1
// fields of which the first is `tenant_value`, whatever the page holds.
absl::StatusOr<std::string> PostgresCopyRows(const Page& page, absl::string_view tenant_value,
                                             size_t column_count, size_t key_columns);

// The key of a row of what PostgresCopyRows made, from 0; empty if there is none. For errors.
std::string PostgresKeyInCopyRows(absl::string_view rows, int64_t row, size_t column_count,
                                  size_t key_columns);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_POSTGRES_PAGE_H_
