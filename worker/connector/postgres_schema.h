// The shape of the tables of a dataset, as the server's catalog has it, checked
// against what moving one tenant's rows needs.
#ifndef REALMSHIFT_WORKER_CONNECTOR_POSTGRES_SCHEMA_H_
#define REALMSHIFT_WORKER_CONNECTOR_POSTGRES_SCHEMA_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "worker/connector/postgres_connection.h"
#include "worker/connector/registry.h"

namespace realm::worker {

struct PostgresColumn {
  std::string name;
  std::string quoted;     // As an identifier.
  std::string type_name;  // Without modifiers; as an SQL cast takes it.
  std::string type;       // With modifiers and an enum's labels; for comparing stores.
  PostgresType type_oid = 0;
  bool is_not_null = false;
  bool is_generated = false;  // GENERATED ALWAYS AS (...): read, never written.
  // Its order is not that of bytes: statements add COLLATE "C".
  bool needs_collation = false;
};

struct PostgresUniqueIndex {
  bool is_of_key = false;   // Over columns of the tenant and the key alone.
  std::string expressions;  // Columns or expressions, separated by commas.
  std::string predicate;    // Empty if the index is of all rows.
};

struct PostgresTable {
  std::string name;    // As configured; what pages and digests call it.
  std::string quoted;  // Schema and table as identifiers.
  std::string oid;
  PostgresColumn tenant;
  std::vector<PostgresColumn> keys;      // In the configured order.
  std::vector<PostgresColumn> columns;   // Of a page: the keys, then the others by name.
  std::vector<PostgresColumn> digested;  // By name: all but the tenant column.
  std::vector<PostgresUniqueIndex> unique_indexes;
  // Whether an index has the tenant's rows in the order in which they are read and deleted, range
  // by range. Without it each range costs a look at all rows of the tenant.
  bool has_index_in_order = false;
};

// Reads the catalog. FAILED_PRECONDITION, naming the table and what would be right: there is no
// such table or column; the tenant column and the key columns hold no unique index without NULLs; a
// type cannot be moved in binary; a table that is not of the dataset refers to one that is.
absl::StatusOr<std::vector<PostgresTable>> LoadPostgresSchema(
    PostgresConnection& connection, const std::vector<TableOptions>& options);

// The statement that makes the index which the table lacks; empty if it has one.
std::string MissingPostgresIndex(const PostgresTable& table);

// What must be equal at the source and the target. 32 bytes.
std::string PostgresFingerprint(const std::vector<PostgresTable>& tables);

// FAILED_PRECONDITION if a row of the tenant refers to a row that is not there, as can happen where
// the server was told not to check; names the table and the constraint.
absl::Status CheckPostgresReferences(PostgresConnection& connection,
                                     const std::vector<PostgresTable>& tables,
                                     const std::string& tenant_key);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_POSTGRES_SCHEMA_H_
