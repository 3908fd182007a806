#include "worker/connector/postgres_query.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/status_macros.h"
#include "worker/connector/postgres_page.h"

namespace realm::worker {
namespace {

constexpr char kByBytes[] = " COLLATE \"C\"";

std::string Ordered(const PostgresColumn& column) {
  return absl::StrCat(column.quoted, column.needs_collation ? kByBytes : "");
}

std::string OrderedKeys(const PostgresTable& table) {
  return absl::StrJoin(table.keys, ", ", [](std::string* text, const PostgresColumn& key) {
    absl::StrAppend(text, Ordered(key));
  });
}

// Adds "(keys) OPERATOR (values)" for a bound. `place` returns the SQL of a value and keeps it.
template <typename Place>
absl::Status AddBound(const PostgresTable& table, const std::string& bound, const char* comparison,
                      std::string& where, const Place& place) {
  if (bound.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::vector<std::string> values, DecodePostgresKey(bound, table.keys.size()));
  if (values.empty()) {
    // The one row of the tenant: nothing comes after it, and everything up to it is all.
    absl::StrAppend(&where, comparison[0] == '>' ? " AND false" : "");
    return absl::OkStatus();
  }
  std::vector<std::string> placed;
  for (size_t i = 0; i < values.size(); ++i) {
    placed.push_back(place(table.keys[i], std::move(values[i])));
  }
  absl::StrAppend(&where, " AND (", OrderedKeys(table), ") ", comparison, " (",
                  absl::StrJoin(placed, ", "), ")");
  return absl::OkStatus();
}

// Rows whose size stands for that of all.
constexpr int kSampleRows = 1000;

// "... (cost=0.00..1.05 rows=12 width=36)": the 12.
int64_t RowsOfPlan(absl::string_view plan) {
  const size_t at = plan.find(" rows=");
  if (at == absl::string_view::npos) return 0;
  absl::string_view digits = plan.substr(at + 6);
  digits = digits.substr(0, digits.find_first_not_of("0123456789"));
  int64_t rows = 0;
  return absl::SimpleAtoi(digits, &rows) ? rows : 0;
}

}  // namespace

std::string PostgresColumnList(const std::vector<PostgresColumn>& columns) {
  return absl::StrJoin(columns, ", ", [](std::string* text, const PostgresColumn& column) {
    absl::StrAppend(text, column.quoted);
  });
}

absl::StatusOr<PostgresRange> MakePostgresRange(const PostgresTable& table,
                                                const std::string& tenant_key,
                                                const KeyRange& range) {
  PostgresRange made;
  made.where = absl::StrCat(" WHERE ", table.tenant.quoted, " = $1");
  made.parameters.push_back({tenant_key, table.tenant.type_oid});
  const auto place = [&made](const PostgresColumn& column, std::string value) {
    made.parameters.push_back({std::move(value), column.type_oid, /*is_binary=*/true});
    return absl::StrCat("$", made.parameters.size());
  };
  RETURN_IF_ERROR(AddBound(table, range.after, ">", made.where, place));
  RETURN_IF_ERROR(AddBound(table, range.last, "<=", made.where, place));
  return made;
}

absl::StatusOr<PostgresCopyRange> MakePostgresCopyRange(const PostgresTable& table,
                                                        const std::string& tenant_key,
                                                        const KeyRange& range) {
  PostgresCopyRange made;
  const auto place = [&made](const PostgresColumn& column, std::string value, bool is_binary) {
    made.parameters.push_back({std::move(value), column.type_oid, is_binary});
    const size_t number = made.parameters.size();
    absl::StrAppend(&made.set, number == 1 ? "SELECT " : ", ", "set_config('realmshift.v", number,
                    "', $", number, "::text, false)");
    // In a subquery the value is read once, not once for each row.
    return absl::StrCat("(SELECT current_setting('realmshift.v", number, "')::", column.type_name,
                        ")");
  };
  const auto place_key = [&place](const PostgresColumn& column, std::string value) {
    return place(column, std::move(value), /*is_binary=*/true);
  };
  made.where = absl::StrCat(" WHERE ", table.tenant.quoted, " = ",
                            place(table.tenant, tenant_key, /*is_binary=*/false));
  RETURN_IF_ERROR(AddBound(table, range.after, ">", made.where, place_key));
  RETURN_IF_ERROR(AddBound(table, range.last, "<=", made.where, place_key));
  return made;
}

absl::StatusOr<Estimate> EstimatePostgresTable(PostgresConnection& connection,
                                               const PostgresTable& table,
                                               const std::string& tenant_key, int64_t exact_limit) {
  ASSIGN_OR_RETURN(const PostgresRange all, MakePostgresRange(table, tenant_key, KeyRange()));
  const std::string rows = absl::StrCat(" FROM ", table.quoted, " t", all.where);
  ASSIGN_OR_RETURN(
      const PostgresResult counted,
      connection.Query(absl::StrCat("SELECT (SELECT count(*) FROM (SELECT 1", rows, " LIMIT ",
                                    exact_limit + 1, ") c), (SELECT coalesce(avg(size), 0)::bigint",
                                    " FROM (SELECT pg_column_size(t.*) AS size", rows, " LIMIT ",
                                    kSampleRows, ") s)"),
                       all.parameters));
  int64_t count = 0;
  int64_t row_bytes = 0;
  if (!absl::SimpleAtoi(PostgresField(*counted, 0, 0), &count) ||
      !absl::SimpleAtoi(PostgresField(*counted, 0, 1), &row_bytes)) {
    return absl::InternalError("postgres: a count is no number");
  }
  if (count <= exact_limit) return Estimate{count, count * row_bytes, /*exact=*/true};
  ASSIGN_OR_RETURN(const PostgresResult plan,
                   connection.Query(absl::StrCat("EXPLAIN SELECT 1", rows), all.parameters));
  count = std::max(count, RowsOfPlan(PostgresField(*plan, 0, 0)));
  return Estimate{count, count * row_bytes, /*exact=*/false};
}

std::string PostgresOrder(const PostgresTable& table) {
  return table.keys.empty() ? "" : absl::StrCat(" ORDER BY ", OrderedKeys(table));
}

}  // namespace realm::worker
