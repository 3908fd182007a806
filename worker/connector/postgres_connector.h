// Connectors of kind "postgres": tenant-keyed tables of one PostgreSQL database
// (15 or later is what is tested), declared in the worker's configuration.
//
// Write gathers pages in one transaction (up to kPostgresBatchBytes, or
// kPostgresBatchAge at the next Write), so a crash loses at most that batch with
// its cursor; all other calls of the same Connector commit it first. Changes are
// on disk once Sync returns; fences and access when their call returns.
//
// The worker's role needs: SELECT, INSERT, UPDATE, DELETE on the tables, TEMP and
// CREATE on the database (or the schema realmshift made for it, with TRIGGER on the
// tables if guards are installed). With SET on the parameter
// session_replication_role (or as superuser) its changes run no triggers and
// check no foreign keys one by one, which tables that refer to each other need;
// CheckReferences checks them at the end.
#ifndef REALMSHIFT_WORKER_CONNECTOR_POSTGRES_CONNECTOR_H_
#define REALMSHIFT_WORKER_CONNECTOR_POSTGRES_CONNECTOR_H_

#include <memory>

#include "absl/status/statusor.h"

#include "worker/connector/connector.h"
#include "worker/connector/registry.h"

namespace realm::worker {

// INVALID_ARGUMENT: the connection string or the tables are missing or malformed,
// or an option of another kind is given.
absl::StatusOr<std::unique_ptr<Dataset>> MakePostgresDataset(DatasetOptions options);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_POSTGRES_CONNECTOR_H_
