#include "worker/connector/postgres_connection.h"

#include <poll.h>

#include <array>
#include <atomic>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include <libpq-fe.h>

#include "common/clock.h"
#include "common/status_macros.h"

namespace realm::worker {
namespace {

constexpr char kStatePayload[] = "realmshift/sqlstate";
constexpr char kCopyRowPayload[] = "realmshift/copy-row";

// What a worker's session needs that a role or a server may have set otherwise.
// row_security: a policy that hides rows must fail the copy, not shorten it.
// The timeouts bound how long a stopped worker can hold locks, and how long a
// worker waits for others'; a migration is repeated rather than stuck.
// The planner's settings make it read a tenant's rows along the index, row by row, and not sort all
// of them first; and leave the server's other processors to the app.
constexpr char kSettings[] =
    "SET client_encoding = 'UTF8'; SET client_min_messages = error; SET row_security = off;"
    "SET DateStyle = 'ISO, YMD'; SET IntervalStyle = postgres; SET TimeZone = 'UTC';"
    "SET extra_float_digits = 1; SET bytea_output = hex; SET standard_conforming_strings = on;"
    "SET statement_timeout = 0; SET lock_timeout = '30s';"
    "SET idle_in_transaction_session_timeout = '60s';"
    "SET max_parallel_workers_per_gather = 0; SET random_page_cost = 1.1;"
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') = 'off'";

void IgnoreNotice(void* /*unused*/, const PGresult* /*notice*/) {}

absl::StatusCode CodeOf(absl::string_view state) {
  if (state == "XX001" || state == "XX002") return absl::StatusCode::kDataLoss;
  // 08P01 is what a type says of binary input that ends too early.
  for (const char* values : {"08P01", "22", "23", "44", "54", "P0"}) {
    if (absl::StartsWith(state, values)) return absl::StatusCode::kInvalidArgument;
  }
  if (state == "42501" || state == "55000") return absl::StatusCode::kFailedPrecondition;
  for (const char* shape : {"0A", "28", "3D", "3F", "42"}) {
    if (absl::StartsWith(state, shape)) return absl::StatusCode::kFailedPrecondition;
  }
  return absl::StatusCode::kUnavailable;
}

std::string FieldOf(const PGresult& result, int field) {
  const char* text = PQresultErrorField(&result, field);
  return text == nullptr ? "" : text;
}

// The server's message, unless it may quote a value (then its names only).
std::string Describe(const PGresult& result, absl::StatusCode code, absl::string_view state) {
  std::string text = absl::StrCat("postgres: SQLSTATE ", state);
  if (code != absl::StatusCode::kInvalidArgument) {
    return absl::StrCat(text, ": ", FieldOf(result, PG_DIAG_MESSAGE_PRIMARY));
  }
  constexpr std::array kNames{std::pair{PG_DIAG_TABLE_NAME, " table "},
                              std::pair{PG_DIAG_COLUMN_NAME, " column "},
                              std::pair{PG_DIAG_CONSTRAINT_NAME, " constraint "}};
  for (const auto& [field, title] : kNames) {
    const std::string name = FieldOf(result, field);
    if (!name.empty()) absl::StrAppend(&text, title, name);
  }
  return text;
}

// "COPY page, line 7, column ..." of the context, in any language: the number is
// the first one after the first comma.
int64_t CopyRowIn(absl::string_view context) {
  const size_t copy = context.find("COPY ");
  if (copy == absl::string_view::npos) return 0;
  const size_t comma = context.find(',', copy);
  if (comma == absl::string_view::npos) return 0;
  size_t begin = comma;
  while (begin < context.size() && !absl::ascii_isdigit(context[begin]))
    ++begin;
  size_t end = begin;
  while (end < context.size() && absl::ascii_isdigit(context[end]))
    ++end;
  int64_t row = 0;
  return absl::SimpleAtoi(context.substr(begin, end - begin), &row) ? row : 0;
}

absl::Status ErrorOf(const PGresult& result) {
  const std::string state = FieldOf(result, PG_DIAG_SQLSTATE);
  const absl::StatusCode code = state.empty() ? absl::StatusCode::kUnavailable : CodeOf(state);
  absl::Status status(
      code, state.empty() ? "postgres: the connection was lost" : Describe(result, code, state));
  status.SetPayload(kStatePayload, absl::Cord(state));
  const int64_t row = CopyRowIn(FieldOf(result, PG_DIAG_CONTEXT));
  if (row > 0) status.SetPayload(kCopyRowPayload, absl::Cord(absl::StrCat(row)));
  return status;
}

std::string PayloadOf(const absl::Status& status, absl::string_view url) {
  const auto payload = status.GetPayload(url);
  return payload.has_value() ? std::string(*payload) : "";
}

// Parameters as libpq takes them.
struct ParameterArrays {
  explicit ParameterArrays(const PostgresParameters& parameters) {
    for (const PostgresParameter& each : parameters) {
      types.push_back(each.type);
      values.push_back(each.value.data());
      lengths.push_back(static_cast<int>(each.value.size()));
      formats.push_back(each.is_binary ? 1 : 0);
    }
  }
  int count() const { return static_cast<int>(values.size()); }

  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
};

// The given connection string, with defaults that notice a dead server.
absl::StatusOr<PGconn*> Connect(const Secret& connection_string) {
  const std::string text(connection_string.Reveal());
  const std::vector<std::pair<const char*, const char*>> settings{
      {"connect_timeout", "10"},
      {"keepalives_idle", "30"},
      {"tcp_user_timeout", "60000"},
      {"dbname", text.c_str()},
      {"application_name", kPostgresApplicationName}};
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : settings) {
    keywords.push_back(keyword);
    values.push_back(value);
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  PGconn* connection = PQconnectdbParams(keywords.data(), values.data(), /*expand_dbname=*/1);
  if (connection == nullptr) return absl::UnavailableError("postgres: out of memory");
  return connection;
}

uint64_t NextId() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

}  // namespace

void PostgresResultDeleter::operator()(pg_result* result) const {
  PQclear(result);
}

int PostgresRowCount(const pg_result& result) {
  return PQntuples(&result);
}

int64_t PostgresChangedRows(const pg_result& result) {
  int64_t count = 0;
  // libpq takes a pointer to what it does not change.
  return absl::SimpleAtoi(PQcmdTuples(const_cast<pg_result*>(&result)), &count) ? count : 0;
}

absl::string_view PostgresField(const PGresult& result, int row, int column) {
  return {PQgetvalue(&result, row, column), static_cast<size_t>(PQgetlength(&result, row, column))};
}

bool PostgresIsNull(const PGresult& result, int row, int column) {
  return PQgetisnull(&result, row, column) == 1;
}

std::string PostgresStateOf(const absl::Status& status) {
  return PayloadOf(status, kStatePayload);
}

int64_t PostgresCopyRowOf(const absl::Status& status) {
  int64_t row = 0;
  return absl::SimpleAtoi(PayloadOf(status, kCopyRowPayload), &row) ? row : 0;
}

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresConnection::Open(
    const Secret& connection_string) {
  ASSIGN_OR_RETURN(PGconn* const raw, Connect(connection_string));
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(raw));
  PQsetNoticeReceiver(raw, &IgnoreNotice, nullptr);
  if (PQstatus(raw) != CONNECTION_OK) return connection->ConnectionError();
  RETURN_IF_ERROR(connection->Run(kSettings));
  return connection;
}

PostgresConnection::PostgresConnection(PGconn* connection)
    : connection_(connection), id_(NextId()) {}

PostgresConnection::~PostgresConnection() {
  PQfreemem(copy_row_);
  PQfinish(connection_);
}

int PostgresConnection::backend_pid() const {
  return PQbackendPID(connection_);
}

bool PostgresConnection::IsUsable() const {
  return PQstatus(connection_) == CONNECTION_OK;
}

absl::Status PostgresConnection::ConnectionError() const {
  return absl::UnavailableError(
      absl::StrCat("postgres: ", absl::StripTrailingAsciiWhitespace(PQerrorMessage(connection_))));
}

std::string PostgresConnection::QuoteIdentifier(absl::string_view name) const {
  char* quoted = PQescapeIdentifier(connection_, name.data(), name.size());
  std::string result = quoted == nullptr ? "" : quoted;
  PQfreemem(quoted);
  return result;
}

std::string PostgresConnection::QuoteLiteral(absl::string_view text) const {
  char* quoted = PQescapeLiteral(connection_, text.data(), text.size());
  std::string result = quoted == nullptr ? "" : quoted;
  PQfreemem(quoted);
  return result;
}

absl::Status PostgresConnection::Run(const std::string& sql) {
  const PostgresResult result(PQexec(connection_, sql.c_str()));
  if (result == nullptr) return ConnectionError();
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return absl::OkStatus();
  return ErrorOf(*result);
}

absl::StatusOr<PostgresResult> PostgresConnection::Query(const std::string& sql,
                                                         const PostgresParameters& parameters,
                                                         bool is_binary) {
  const ParameterArrays arrays(parameters);
  PostgresResult result(PQexecParams(connection_, sql.c_str(), arrays.count(), arrays.types.data(),
                                     arrays.values.data(), arrays.lengths.data(),
                                     arrays.formats.data(), is_binary ? 1 : 0));
  if (result == nullptr) return ConnectionError();
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return ErrorOf(*result);
  return result;
}

absl::Status PostgresConnection::BeginRows(const std::string& sql,
                                           const PostgresParameters& parameters) {
  const ParameterArrays arrays(parameters);
  if (PQsendQueryParams(connection_, sql.c_str(), arrays.count(), arrays.types.data(),
                        arrays.values.data(), arrays.lengths.data(), arrays.formats.data(),
                        /*resultFormat=*/1) != 1 ||
      PQsetSingleRowMode(connection_) != 1) {
    return ConnectionError();
  }
  return absl::OkStatus();
}

absl::StatusOr<PostgresResult> PostgresConnection::NextRow() {
  PostgresResult result(PQgetResult(connection_));
  if (result == nullptr) return PostgresResult();
  switch (PQresultStatus(result.get())) {
    case PGRES_SINGLE_TUPLE:
      return result;
    case PGRES_TUPLES_OK:  // After the last row; without rows.
      RETURN_IF_ERROR(Drain());
      return PostgresResult();
    default:
      Drain().IgnoreError();
      return ErrorOf(*result);
  }
}

absl::Status PostgresConnection::Send(const std::string& sql,
                                      const PostgresParameters& parameters) {
  const ParameterArrays arrays(parameters);
  if (PQsendQueryParams(connection_, sql.c_str(), arrays.count(), arrays.types.data(),
                        arrays.values.data(), arrays.lengths.data(), arrays.formats.data(),
                        /*resultFormat=*/0) != 1) {
    return ConnectionError();
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> PostgresConnection::WaitForResult(absl::Duration timeout) {
  const SystemClock clock;
  const absl::Duration deadline = clock.Monotonic() + timeout;
  while (true) {
    if (PQconsumeInput(connection_) != 1) return ConnectionError();
    if (PQisBusy(connection_) == 0) return true;
    const absl::Duration left = deadline - clock.Monotonic();
    if (left <= absl::ZeroDuration()) return false;
    pollfd socket{PQsocket(connection_), POLLIN, 0};
    poll(&socket, 1, static_cast<int>(absl::ToInt64Milliseconds(left)) + 1);
  }
}

absl::StatusOr<PostgresResult> PostgresConnection::TakeResult() {
  PostgresResult result(PQgetResult(connection_));
  if (result == nullptr) return ConnectionError();
  RETURN_IF_ERROR(Drain());
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return ErrorOf(*result);
  return result;
}

void PostgresConnection::Cancel() {
  PGcancel* cancel = PQgetCancel(connection_);
  std::array<char, 256> ignored;
  if (cancel != nullptr) PQcancel(cancel, ignored.data(), ignored.size());
  PQfreeCancel(cancel);
}

absl::Status PostgresConnection::BeginCopy(const std::string& sql, int expected) {
  const PostgresResult result(PQexec(connection_, sql.c_str()));
  if (result == nullptr) return ConnectionError();
  if (PQresultStatus(result.get()) == expected) return absl::OkStatus();
  return ErrorOf(*result);
}

absl::Status PostgresConnection::BeginCopyOut(const std::string& sql) {
  return BeginCopy(sql, PGRES_COPY_OUT);
}

absl::StatusOr<bool> PostgresConnection::CopyRow(absl::string_view& row) {
  PQfreemem(std::exchange(copy_row_, nullptr));
  const int size = PQgetCopyData(connection_, &copy_row_, /*async=*/0);
  if (size == -2) return ConnectionError();
  if (size == -1) {
    RETURN_IF_ERROR(Drain());
    return false;
  }
  row = absl::string_view(copy_row_, static_cast<size_t>(size));
  return true;
}

absl::Status PostgresConnection::BeginCopyIn(const std::string& sql) {
  return BeginCopy(sql, PGRES_COPY_IN);
}

absl::Status PostgresConnection::PutCopy(absl::string_view bytes) {
  if (PQputCopyData(connection_, bytes.data(), static_cast<int>(bytes.size())) == 1) {
    return absl::OkStatus();
  }
  const absl::Status told = Drain();
  return told.ok() ? ConnectionError() : told;
}

absl::Status PostgresConnection::EndCopyIn() {
  if (PQputCopyEnd(connection_, nullptr) != 1) {
    const absl::Status told = Drain();
    return told.ok() ? ConnectionError() : told;
  }
  return Drain();
}

absl::Status PostgresConnection::Drain() {
  absl::Status first;
  while (true) {
    const PostgresResult result(PQgetResult(connection_));
    if (result == nullptr) break;
    const ExecStatusType status = PQresultStatus(result.get());
    const bool is_good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (!is_good && first.ok()) first = ErrorOf(*result);
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) break;
  }
  return first;
}

absl::StatusOr<PostgresTransaction> PostgresTransaction::Begin(PostgresConnection& connection,
                                                               absl::string_view mode) {
  RETURN_IF_ERROR(connection.Run(absl::StrCat("BEGIN ", mode)));
  return PostgresTransaction(connection);
}

PostgresTransaction::~PostgresTransaction() {
  if (connection_ != nullptr) connection_->Run("ROLLBACK").IgnoreError();
}

absl::Status PostgresTransaction::Commit(Durability durability) {
  PostgresConnection& connection = *std::exchange(connection_, nullptr);
  if (durability == Durability::kLater) {
    RETURN_IF_ERROR(connection.Run("SET LOCAL synchronous_commit = off"));
  }
  ASSIGN_OR_RETURN(const PostgresResult result, connection.Query("COMMIT"));
  if (absl::string_view(PQcmdStatus(result.get())) == "COMMIT") return absl::OkStatus();
  return absl::UnavailableError("postgres: the transaction was rolled back");
}

}  // namespace realm::worker
