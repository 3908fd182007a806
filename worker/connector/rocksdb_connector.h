// Connectors of kind "rocksdb": one RocksDB for each dataset, which this
// process owns while it has it open. One table, named "".
//
// Write and Erase are not synced one by one; what a power cut leaves is a prefix
// of them, each with its cursor. Fences and access are synced before the call
// returns, and with them everything before.
#ifndef REALMSHIFT_WORKER_CONNECTOR_ROCKSDB_CONNECTOR_H_
#define REALMSHIFT_WORKER_CONNECTOR_ROCKSDB_CONNECTOR_H_

#include <memory>

#include "absl/status/statusor.h"

#include "worker/connector/connector.h"
#include "worker/connector/registry.h"

namespace realm::worker {

// INVALID_ARGUMENT: `path` is missing, or an option of another kind is given.
absl::StatusOr<std::unique_ptr<Dataset>> MakeRocksdbDataset(DatasetOptions options);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_ROCKSDB_CONNECTOR_H_
