// The app's side of the embedded store: what an app without a database of its
// own links to keep its tenants' records, and what the demo and the tests use.
//
// It shares the database with the connectors of this process; another process
// cannot open the same folder at the same time.
#ifndef REALMSHIFT_WORKER_CONNECTOR_EMBEDDED_STORE_H_
#define REALMSHIFT_WORKER_CONNECTOR_EMBEDDED_STORE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "worker/connector/rocksdb_database.h"

namespace realm::worker {

// Records of many tenants, each under the tenant's key. Keys are bytes in byte
// order, not empty; key and value together have at most kRecordBytesMax bytes.
//
// Put, Delete and Seed obey the access register: while the tenant is closed
// they return FAILED_PRECONDITION and change nothing, also if the order came
// while they ran. Reads are never refused. Other errors: see RocksdbDatabase.
//
// Thread safety: safe from any thread.
class EmbeddedStore {
 public:
  // Opens or creates the database in the folder `path`.
  static absl::StatusOr<std::unique_ptr<EmbeddedStore>> Open(const std::string& path);

  // INVALID_ARGUMENT: an empty tenant or key, or a record that is too large.
  // Survives the death of the process; a power cut may take the last ones.
  absl::Status Put(absl::string_view tenant, absl::string_view key, absl::string_view value);
  absl::Status Delete(absl::string_view tenant, absl::string_view key);
  // NOT_FOUND: there is no such record.
  absl::StatusOr<std::string> Get(absl::string_view tenant, absl::string_view key);

  // Calls `visit` for each record in key order until it returns false.
  absl::Status Scan(absl::string_view tenant,
                    absl::FunctionRef<bool(absl::string_view key, absl::string_view value)> visit);
  absl::StatusOr<int64_t> Count(absl::string_view tenant);

  // Writes records "record-00000000" and up whose values of `value_bytes` bytes
  // follow from the tenant, the number and `seed`: the same call makes the same
  // records.
  absl::Status Seed(absl::string_view tenant, int64_t record_count, int64_t value_bytes,
                    uint64_t seed);

  // Everything written so far is durable on return.
  absl::Status Sync();

  // How often a record or a control row was written or deleted, by anybody, since the database was
  // made: it tells a test what was written twice.
  int64_t CountChanges() const { return database_->CountChanges(); }

 private:
  explicit EmbeddedStore(std::shared_ptr<RocksdbDatabase> database)
      : database_(std::move(database)) {}

  absl::Status Change(absl::string_view tenant,
                      absl::FunctionRef<void(RocksdbDatabase::Batch&)> change);

  const std::shared_ptr<RocksdbDatabase> database_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_EMBEDDED_STORE_H_
