// Writes pages in batches: several in one transaction with the cursor of the last,
// because a transaction for each page of 256 KiB would cost more than its rows.
#ifndef REALMSHIFT_WORKER_CONNECTOR_POSTGRES_WRITER_H_
#define REALMSHIFT_WORKER_CONNECTOR_POSTGRES_WRITER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "worker/connector/connector.h"
#include "worker/connector/postgres_connection.h"
#include "worker/connector/postgres_control.h"
#include "worker/connector/postgres_schema.h"

namespace realm::worker {

// Bounds of a batch, by whichever comes first at the next Write.
inline constexpr int64_t kPostgresBatchBytes = 8 << 20;
inline constexpr absl::Duration kPostgresBatchAge = absl::Seconds(1);

// The fence's row stays locked while a batch is open, so a raise waits for the
// batch, or ends its session. Rows go straight into the table by COPY; if one of
// them is there already, the batch is done again through a temporary table, page
// by page: delete what the page replaces, then insert.
//
// Batches are committed without waiting for the disk; Sync waits. What is lost in
// a crash of the server is the end of what was committed, so the first change after
// a lost connection looks whether the cursor is still the one that this writer left.
//
// A connection that is lost takes the open batch with it. Its pages are kept until they are
// committed and go first when the caller repeats. But if the server rejects a batch, or has lost
// one, pages that Write had answered for are gone: every later call returns that error, and the
// caller opens another Connector and goes on at the cursor.
//
// Thread safety: one thread at a time.
class PostgresWriter {
 public:
  using Durability = PostgresTransaction::Durability;
  using GetConnection = std::function<absl::StatusOr<PostgresConnection*>()>;

  PostgresWriter(GetConnection get_connection, PostgresControlKey key)
      : get_connection_(std::move(get_connection)), key_(std::move(key)) {}

  // REQUIRES: `table` outlives this writer.
  absl::Status Write(const Token& token, const PostgresTable& table, const Page& page,
                     absl::string_view cursor);
  // Commits the open batch, if there is one; the connection is free then.
  absl::Status Flush() { return FlushAs(Durability::kLater); }
  // The same, and it is on disk, with everything before.
  absl::Status Sync();

  // For changes that are a transaction of their own, begun by the caller after Flush. LockFence
  // compares fence and cursor; CommitCursor sets the cursor and commits.
  absl::Status LockFence(PostgresConnection& connection, const Token& token);
  absl::Status CommitCursor(PostgresConnection& connection, PostgresTransaction& transaction,
                            absl::string_view cursor, Durability durability);

  // Forgets everything: another execution begins.
  void Reset();

 private:
  struct PendingPage {
    std::string rows;  // As COPY takes them.
    int64_t record_count = 0;
    std::string cursor;
    std::string last_key;
  };

  absl::Status UseTable(const Token& token, const PostgresTable& table);
  absl::Status Add(PendingPage page);
  absl::Status FlushAs(Durability durability);
  absl::Status Open();
  absl::Status Send(const PendingPage& page);
  absl::Status ReplacePage(const PendingPage& page);
  absl::Status Commit(Durability durability);
  absl::Status CommitOnce(Durability durability);
  // Ends the transaction. Pages are kept if the error can pass; else it stays.
  absl::Status Abandon(const absl::Status& status);
  // Adds the table and a digest of the key to the server's objection to a row.
  absl::Status Explain(const absl::Status& status) const;
  void Close();

  const GetConnection get_connection_;
  const PostgresControlKey key_;

  Token token_;
  const PostgresTable* table_ = nullptr;
  std::string tenant_value_;  // The tenant key in the binary format of table_'s column.
  bool replaces_ = false;     // Rows of table_ were found to be there already.

  std::vector<PendingPage> pages_;  // Of the batch; not known to be committed.
  int64_t byte_count_ = 0;
  absl::Duration begun_at_;                   // Of the monotonic clock.
  PostgresConnection* connection_ = nullptr;  // While the batch's transaction is open.
  std::optional<PostgresTransaction> transaction_;

  // Changes that are not known to be on disk: the session that made them, and what the cursor may
  // be if none of them is lost.
  bool has_unsynced_ = false;
  uint64_t changed_on_ = 0;
  std::vector<std::string> possible_cursors_;

  absl::Status failed_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_POSTGRES_WRITER_H_
