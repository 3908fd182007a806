// One session of a PostgreSQL server, as a worker uses it: its name, its
// settings, and errors that say what to do and show nobody's values.
#ifndef REALMSHIFT_WORKER_CONNECTOR_POSTGRES_CONNECTION_H_
#define REALMSHIFT_WORKER_CONNECTOR_POSTGRES_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/secret.h"

// Of libpq, whose header stays in the .cc files.
struct pg_conn;
struct pg_result;

namespace realm::worker {

// The number of a type in a server's catalog. Those of built-in types are the same everywhere.
using PostgresType = unsigned int;

// The application_name of every worker's session. Guards let it pass, together
// with the role that installed them.
inline constexpr char kPostgresApplicationName[] = "realm-worker";

struct PostgresResultDeleter {
  void operator()(pg_result* result) const;
};
using PostgresResult = std::unique_ptr<pg_result, PostgresResultDeleter>;

// The value of a $n of a statement.
struct PostgresParameter {
  std::string value;
  PostgresType type = 0;   // 0: the server infers it.
  bool is_binary = false;  // In the type's binary format.
};
using PostgresParameters = std::vector<PostgresParameter>;

int PostgresRowCount(const pg_result& result);
// How many rows an INSERT, UPDATE or DELETE changed.
int64_t PostgresChangedRows(const pg_result& result);
// The bytes of a field; empty for NULL, too.
absl::string_view PostgresField(const pg_result& result, int row, int column);
bool PostgresIsNull(const pg_result& result, int row, int column);

// What the server said of a failed statement; empty and 0 if it did not.
// Both come from payloads of statuses that PostgresConnection made.
std::string PostgresStateOf(const absl::Status& status);  // SQLSTATE.
int64_t PostgresCopyRowOf(const absl::Status& status);    // Of COPY, from 1.

inline constexpr char kPostgresUniqueViolation[] = "23505";
inline constexpr char kPostgresInsufficientPrivilege[] = "42501";

// Errors: UNAVAILABLE: no connection, resources, locks or a failed
// serialization. INVALID_ARGUMENT: the server rejects a value; the message names
// table, constraint and column at most. FAILED_PRECONDITION: schema, privileges.
// DATA_LOSS: the server reports damage.
//
// Thread safety: one thread at a time.
class PostgresConnection {
 public:
  // Connects and makes the session's settings independent of the server's
  // defaults. `connection_string` is libpq's; its application_name is replaced.
  static absl::StatusOr<std::unique_ptr<PostgresConnection>> Open(const Secret& connection_string);

  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;
  ~PostgresConnection();

  // Whether the session is still there; once false, nothing but closing helps.
  bool IsUsable() const;
  int backend_pid() const;
  // Another number for each connection of this process.
  uint64_t id() const { return id_; }

  // `name` as an identifier, and `text` as a literal, for the few statements that take no
  // parameters (DDL, COPY).
  std::string QuoteIdentifier(absl::string_view name) const;
  std::string QuoteLiteral(absl::string_view text) const;

  // Runs statements that return nothing of interest, e.g. "BEGIN; SET LOCAL ...".
  absl::Status Run(const std::string& sql);
  // Runs one statement and returns its rows, in text or in binary format.
  absl::StatusOr<PostgresResult> Query(const std::string& sql,
                                       const PostgresParameters& parameters = {},
                                       bool is_binary = false);

  // One statement whose rows are taken one by one, in binary format. `NextRow` returns a result
  // of one row, and null after the last; only then may another statement begin.
  absl::Status BeginRows(const std::string& sql, const PostgresParameters& parameters);
  absl::StatusOr<PostgresResult> NextRow();

  // Begins a statement whose result is taken later. `WaitForResult` returns true once TakeResult
  // will not block.
  absl::Status Send(const std::string& sql, const PostgresParameters& parameters);
  absl::StatusOr<bool> WaitForResult(absl::Duration timeout);
  absl::StatusOr<PostgresResult> TakeResult();
  // Asks the server to give up the statement that is running; its result is then an error.
  void Cancel();

  // COPY ... TO STDOUT. `CopyRow` points `row` at the next message, valid until the next call;
  // false at the end.
  absl::Status BeginCopyOut(const std::string& sql);
  absl::StatusOr<bool> CopyRow(absl::string_view& row);

  // COPY ... FROM STDIN. The server's objections come with EndCopyIn at the latest.
  absl::Status BeginCopyIn(const std::string& sql);
  absl::Status PutCopy(absl::string_view bytes);
  absl::Status EndCopyIn();

 private:
  explicit PostgresConnection(pg_conn* connection);

  // `expected`: what libpq says of a COPY that has begun in this direction.
  absl::Status BeginCopy(const std::string& sql, int expected);
  // The error of the connection itself.
  absl::Status ConnectionError() const;
  // Reads results until there are none, so that another statement may begin; the first error.
  absl::Status Drain();

  pg_conn* const connection_;
  const uint64_t id_;
  char* copy_row_ = nullptr;  // Of libpq; freed with the next one.
};

// A transaction that is rolled back unless it is committed.
//
// Thread safety: that of its connection, which must outlive it.
class PostgresTransaction {
 public:
  // kLater: the server answers before the transaction is on disk. It is then lost in a crash only
  // together with everything after it.
  enum class Durability { kNow, kLater };

  // `mode`: what follows BEGIN.
  static absl::StatusOr<PostgresTransaction> Begin(PostgresConnection& connection,
                                                   absl::string_view mode = "");
  PostgresTransaction(PostgresTransaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  ~PostgresTransaction();

  // UNAVAILABLE: it may have been committed or not.
  absl::Status Commit(Durability durability);

 private:
  explicit PostgresTransaction(PostgresConnection& connection) : connection_(&connection) {}

  PostgresConnection* connection_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_POSTGRES_CONNECTION_H_
