// The one list of the kinds of store, and what configures a dataset of each.
#ifndef REALMSHIFT_WORKER_CONNECTOR_REGISTRY_H_
#define REALMSHIFT_WORKER_CONNECTOR_REGISTRY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/ids.h"
#include "common/secret.h"
#include "worker/connector/connector.h"

namespace realm::worker {

// One tenant-keyed table of a SQL dataset.
struct TableOptions {
  std::string name;                      // May be schema-qualified: "app.page".
  std::string tenant_column;             // The column that holds the tenant key.
  std::vector<std::string> key_columns;  // The rest of a unique key, in order; may be empty.
};

// A dataset as this realm's worker configuration declares it.
struct DatasetOptions {
  DatasetName name;
  std::string kind;
  RealmId realm;  // Whose store this is; compared with the store's own marker.

  std::string path;                  // rocksdb: the database's folder.
  Secret connection;                 // postgres: a libpq connection string.
  std::vector<TableOptions> tables;  // postgres.
  // postgres: install triggers on the tables that refuse the app's writes while
  // access is closed. Without them sealing needs the app's own cooperation.
  bool install_guards = true;
};

// The kinds that this build knows, sorted.
std::vector<std::string> ConnectorKinds();

// INVALID_ARGUMENT: an unknown kind (the message lists the known ones) or an
// option that is missing or does not fit the kind.
absl::StatusOr<std::unique_ptr<Dataset>> MakeDataset(DatasetOptions options);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_REGISTRY_H_
