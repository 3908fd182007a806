// `realm-worker store ...`: fills and looks at the embedded stores of a worker that does not run.
//
// For the demo and for tests, and for an operator who wants to count with other means than the
// worker's own proof. The database can be opened by one program at a time.

#ifndef REALMSHIFT_WORKER_CONNECTOR_STORE_TOOL_H_
#define REALMSHIFT_WORKER_CONNECTOR_STORE_TOOL_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "realm/config/v1/config.pb.h"

namespace realm::worker {

struct StoreRequest {
  // "seed" writes records, "count" counts them, "digest" makes a digest over them in key order.
  std::string verb;
  std::string dataset;
  std::string tenant;
  // For seed only; see EmbeddedStore::Seed.
  int64_t records = 0;
  int64_t value_bytes = 0;
  uint64_t seed = 0;
};

// What to print: "8000" for count and seed, "8000 0123abcd..." for digest.
//
// InvalidArgument: an unknown verb, no tenant, or a dataset that `config` does not name or that is
// not kept by rocksdb. The errors of EmbeddedStore.
absl::StatusOr<std::string> RunStoreTool(const config::v1::WorkerConfig& config,
                                         const StoreRequest& request);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_STORE_TOOL_H_
