// The default store: RocksDB on a local disk, and a mark beside it (high_water.h).
//
// The folder has lock, mark and db/; docs/formats/store.md says what is in them. Opening is
// recovery: there is no other. It refuses a database that is behind its mark, and changes nothing
// when it refuses.
//
// A write or sync that fails is an unknown result: RocksDB shows the former value in memory, and
// after a restart the new one may be there. So the process ends at once, nothing more is
// acknowledged, and the next start reads what is true.

#ifndef REALMSHIFT_COORDINATOR_STORE_ROCKSDB_STORE_H_
#define REALMSHIFT_COORDINATOR_STORE_ROCKSDB_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "coordinator/store/store.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace realm::coordinator {

// With which the process ends after a failed write; a supervisor should start it again.
constexpr int kExitStoreFailed = 70;

struct RocksdbStoreOptions {
  std::string folder;
  // Open what is left of a damaged or restored store, and raise the generation. For one start, on
  // an operator's order.
  bool accept_data_loss = false;
  // A batch that would leave less room than this on the disk is refused with RESOURCE_EXHAUSTED:
  // RocksDB needs room of its own to write out what is in memory, and a disk that fills up under
  // it is a failed write.
  int64_t reserve_bytes = 64 << 20;
  // Called once with what went wrong, after which the store answers UNAVAILABLE to everything that
  // writes. Empty, as it must be in production: log and _exit(kExitStoreFailed).
  std::function<void(absl::string_view)> fail_stop;
  // For tests: a file system that fails. nullptr: the machine's.
  rocksdb::Env* env = nullptr;
};

// UNAVAILABLE: another process has the folder open. DATA_LOSS: acknowledged changes are or may be
// missing (see opening.h). FAILED_PRECONDITION: written by a newer build, or not a store of ours.
// Other errors: of the system. Each message names the folder.
absl::StatusOr<std::unique_ptr<Store>> OpenRocksdbStore(const RocksdbStoreOptions& options);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_ROCKSDB_STORE_H_
