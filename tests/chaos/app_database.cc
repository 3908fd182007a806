#include "tests/chaos/app_database.h"

#include <memory>

#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace realm::chaos {
namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

}  // namespace

bool AppDatabase::Connect() {
  if (connection_ != nullptr && PQstatus(connection_) == CONNECTION_OK) return true;
  PQfinish(connection_);
  connection_ = PQconnectdb((connection_string_ + " connect_timeout=5").c_str());
  PQsetNoticeProcessor(
      connection_, [](void*, const char*) {}, nullptr);
  return PQstatus(connection_) == CONNECTION_OK;
}

Said AppDatabase::Run(const std::string& sql) {
  if (!Connect()) return Said::kRefused;
  const Result result(PQexec(connection_, sql.c_str()), &PQclear);
  // A closed gate refuses the rows that a statement touches. One that is not there yet cannot be
  // deleted, and the app was told so.
  if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) {
    return absl::string_view(PQcmdTuples(result.get())) == "0" ? Said::kRefused : Said::kDone;
  }
  return PQstatus(connection_) == CONNECTION_OK ? Said::kRefused : Said::kUnknown;
}

std::optional<std::vector<std::string>> AppDatabase::Rows(const std::string& sql) {
  if (!Connect()) return std::nullopt;
  const Result result(PQexec(connection_, sql.c_str()), &PQclear);
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) return std::nullopt;
  std::vector<std::string> rows;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    std::vector<absl::string_view> fields;
    for (int field = 0; field < PQnfields(result.get()); ++field)
      fields.emplace_back(PQgetvalue(result.get(), row, field));
    rows.push_back(absl::StrJoin(fields, "|"));
  }
  return rows;
}

}  // namespace realm::chaos
