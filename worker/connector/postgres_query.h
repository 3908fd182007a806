// The statements over one tenant's rows of one table. Identifiers are quoted;
// tenant keys and bounds are parameters, or settings where COPY takes none.
#ifndef REALMSHIFT_WORKER_CONNECTOR_POSTGRES_QUERY_H_
#define REALMSHIFT_WORKER_CONNECTOR_POSTGRES_QUERY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "worker/connector/connector.h"
#include "worker/connector/postgres_connection.h"
#include "worker/connector/postgres_schema.h"

namespace realm::worker {

// "a, b": the columns as a list.
std::string PostgresColumnList(const std::vector<PostgresColumn>& columns);

// " WHERE ..." over a tenant's rows in a range, and the values of its $1, $2, ...
struct PostgresRange {
  std::string where;
  PostgresParameters parameters;
};

// INVALID_ARGUMENT: a bound is not a key of this table.
absl::StatusOr<PostgresRange> MakePostgresRange(const PostgresTable& table,
                                                const std::string& tenant_key,
                                                const KeyRange& range);

// The same for a COPY: `set` is a statement with `parameters` that stores the values in settings of
// the session, which `where` then reads.
struct PostgresCopyRange {
  std::string set;
  PostgresParameters parameters;
  std::string where;
};

absl::StatusOr<PostgresCopyRange> MakePostgresCopyRange(const PostgresTable& table,
                                                        const std::string& tenant_key,
                                                        const KeyRange& range);

// " ORDER BY ..." in the order of keys; empty if a tenant has one row.
std::string PostgresOrder(const PostgresTable& table);

// Counts up to `exact_limit` rows of the tenant; beyond that it takes what the planner expects.
absl::StatusOr<Estimate> EstimatePostgresTable(PostgresConnection& connection,
                                               const PostgresTable& table,
                                               const std::string& tenant_key, int64_t exact_limit);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_POSTGRES_QUERY_H_
