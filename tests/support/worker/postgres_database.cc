#include "tests/support/worker/postgres_database.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/status_macros.h"
#include "tests/support/eventually.h"
#include "tests/support/postgres_server.h"

namespace realm::worker {
namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

absl::Status StatusOf(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return absl::OkStatus();
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return absl::FailedPreconditionError(message == nullptr ? "the connection was lost" : message);
}

}  // namespace

AppSession::AppSession(const std::string& connection_string)
    : connection_(PQconnectdb(connection_string.c_str())) {
  REALM_CHECK(PQstatus(connection_) == CONNECTION_OK, PQerrorMessage(connection_));
  PQsetNoticeProcessor(
      connection_, [](void*, const char*) {}, nullptr);
}

AppSession::~AppSession() {
  PQfinish(connection_);
}

absl::Status AppSession::Run(const std::string& sql) {
  const Result result(PQexec(connection_, sql.c_str()), &PQclear);
  return StatusOf(result.get());
}

void AppSession::Must(const std::string& sql) {
  REALM_CHECK_OK(Run(sql));
}

void AppSession::Send(const std::string& sql) {
  REALM_CHECK(PQsendQuery(connection_, sql.c_str()) == 1);
}

absl::Status AppSession::Finish() {
  absl::Status first;
  for (PGresult* raw = nullptr; (raw = PQgetResult(connection_)) != nullptr;) {
    const Result result(raw, &PQclear);
    if (first.ok()) first = StatusOf(raw);
  }
  return first;
}

std::string AppSession::Ask(const std::string& sql) {
  const std::vector<std::string> rows = Rows(sql);
  REALM_CHECK(!rows.empty(), sql);
  return rows[0];
}

std::vector<std::string> AppSession::Rows(const std::string& sql) {
  const Result result(PQexec(connection_, sql.c_str()), &PQclear);
  REALM_CHECK_OK(StatusOf(result.get()));
  std::vector<std::string> rows;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    std::string text;
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      const bool is_null = PQgetisnull(result.get(), row, column) == 1;
      absl::StrAppend(&text, column == 0 ? "" : "|",
                      is_null ? "~" : PQgetvalue(result.get(), row, column));
    }
    rows.push_back(std::move(text));
  }
  return rows;
}

absl::Status AppSession::RunWith(const std::string& sql,
                                 const std::vector<std::string>& binary_values) {
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const std::string& value : binary_values) {
    values.push_back(value.data());
    lengths.push_back(static_cast<int>(value.size()));
  }
  const std::vector<int> formats(values.size(), 1);
  const Result result(PQexecParams(connection_, sql.c_str(), static_cast<int>(values.size()),
                                   nullptr, values.data(), lengths.data(), formats.data(), 0),
                      &PQclear);
  return StatusOf(result.get());
}

TestDatabase::TestDatabase() {
  static int number = 0;
  name_ = absl::StrCat("test_", ++number);
  AppSession(PostgresServer::Shared().ConnectionString()).Must("CREATE DATABASE " + name_);
}

TestDatabase::~TestDatabase() {
  AppSession(PostgresServer::Shared().ConnectionString())
      .Run("DROP DATABASE " + name_ + " WITH (FORCE)")
      .IgnoreError();
}

std::string TestDatabase::ConnectionString() const {
  return PostgresServer::Shared().ConnectionString(name_);
}

DatasetOptions TestDatabase::Options(absl::string_view realm) const {
  DatasetOptions options;
  options.name = DatasetName("d");
  options.kind = "postgres";
  options.realm = RealmId(realm);
  options.connection = Secret(ConnectionString());
  return options;
}

absl::StatusOr<std::unique_ptr<Connector>> OpenPostgres(const DatasetOptions& options,
                                                        absl::string_view tenant_key) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Dataset> dataset, MakeDataset(options));
  return dataset->Open({AppId("app"), TenantId(tenant_key), std::string(tenant_key)});
}

void WaitUntilBlocked(AppSession& app, AppSession& observer) {
  const std::string sql =
      absl::StrCat("SELECT cardinality(pg_blocking_pids(", PQbackendPID(app.raw()), ")) > 0");
  REALM_CHECK(Eventually([&] { return observer.Ask(sql) == "t"; }),
              "the session waits for no lock");
}

}  // namespace realm::worker
