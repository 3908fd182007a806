// The schema "realmshift" that a worker keeps in an app's database: whose store
// it is, and each tenant's fence, cursor and access. docs/formats/postgres-dataset.md
// shows the tables.
#ifndef REALMSHIFT_WORKER_CONNECTOR_POSTGRES_CONTROL_H_
#define REALMSHIFT_WORKER_CONNECTOR_POSTGRES_CONTROL_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/ids.h"
#include "worker/connector/connector.h"
#include "worker/connector/postgres_connection.h"

namespace realm::worker {

// Makes the schema if it is missing and records `realm` if nobody did before.
// FAILED_PRECONDITION: the database is another realm's, was made by a newer
// worker, or the role may not make the schema.
absl::Status ClaimPostgres(PostgresConnection& connection, const RealmId& realm);

// Names one tenant's control rows.
struct PostgresControlKey {
  DatasetName dataset;
  TenantScope scope;  // tenant_key as the server writes it.
};

// Both registers; a default one if there are no rows. FAILED_PRECONDITION: the
// tenant key is another tenant's.
absl::StatusOr<Control> GetPostgresControl(PostgresConnection& connection,
                                           const PostgresControlKey& key);

// Locks the fence's row until the transaction ends, compares it, and returns the
// cursor. ABORTED: the fence is not `token`. REQUIRES: a transaction is open.
absl::StatusOr<std::string> LockPostgresFence(PostgresConnection& connection,
                                              const PostgresControlKey& key, const Token& token);

// Sets the cursor. REQUIRES: LockPostgresFence in the same transaction.
absl::Status SetPostgresCursor(PostgresConnection& connection, const PostgresControlKey& key,
                               absl::string_view cursor);

// Connector::RaiseFence. An execution that holds the row for long (it was
// stopped in the middle of a batch) is disconnected by the server: `connect`
// opens the session that orders it.
using PostgresConnect = std::function<absl::StatusOr<std::unique_ptr<PostgresConnection>>()>;
absl::Status RaisePostgresFence(PostgresConnection& connection, const PostgresControlKey& key,
                                const Token& token, const PostgresConnect& connect);

// Connector::SetAccess: records the order, then waits until the app's transactions that wrote under
// the one before have ended; what else they try to write is refused already. UNAVAILABLE: they take
// too long; the order may be recorded, and the call is to be repeated.
absl::Status SetPostgresAccess(PostgresConnection& connection, const PostgresControlKey& key,
                               uint64_t generation, uint64_t epoch, Access access);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_POSTGRES_CONTROL_H_
