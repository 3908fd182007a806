// Guards: triggers on a dataset's tables that refuse the app's writes to a tenant
// while access is closed.
//
// A guard runs after each changed row, in the app's own transaction, and asks
// realmshift.check_open for the row's tenant (before and after the change). It
// does not run for a session that is both of the worker's role and named
// "realm-worker": either alone is easily had by an app, both together are not
// had by accident. An app that means to deceive can drop the guard anyway.
#ifndef REALMSHIFT_WORKER_CONNECTOR_POSTGRES_GUARD_H_
#define REALMSHIFT_WORKER_CONNECTOR_POSTGRES_GUARD_H_

#include <vector>

#include "absl/status/status.h"

#include "common/ids.h"
#include "worker/connector/postgres_connection.h"
#include "worker/connector/postgres_schema.h"

namespace realm::worker {

// Installs the guards that are missing, disabled, or of another role or form. Takes a lock on a
// table only when there is something to do. FAILED_PRECONDITION: the role may not create triggers
// there. UNAVAILABLE: the app holds the table for long; repeat.
absl::Status InstallPostgresGuards(PostgresConnection& connection, const DatasetName& dataset,
                                   const std::vector<PostgresTable>& tables);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_POSTGRES_GUARD_H_
