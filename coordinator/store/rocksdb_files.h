// RocksDB as the coordinator's store uses it: its options, and looking at a database without
// changing it. For rocksdb_store.cc.

#ifndef REALMSHIFT_COORDINATOR_STORE_ROCKSDB_FILES_H_
#define REALMSHIFT_COORDINATOR_STORE_ROCKSDB_FILES_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "coordinator/store/head.h"
#include "coordinator/store/manifest.h"

namespace rocksdb {
class DB;
class Env;
class Status;
}  // namespace rocksdb

namespace realm::coordinator {

// DATA_LOSS for damage, RESOURCE_EXHAUSTED for a full disk, NOT_FOUND, or UNKNOWN.
absl::Status FromRocksdb(const rocksdb::Status& status);

// The store's own rows. They begin with a zero byte and so order before all others.
absl::string_view FormatKey();
absl::string_view HeadKey();
inline constexpr absl::string_view kFirstRowKey = "\x01";

// What damage to the write-ahead log is passed over without a word.
enum class Tolerance {
  // A last record that is cut off: a write that was under way. The mark knows better if it was not.
  kTornTail,
  // Whatever follows the first damage. For who has accepted the loss.
  kAnyDamage,
};

struct DatabaseFiles {
  std::string path;
  rocksdb::Env* env = nullptr;  // nullptr: the machine's.
  Tolerance tolerance = Tolerance::kTornTail;
};

// The head of the database as it is on the disk; nothing is changed.
//
// With kTornTail: DATA_LOSS unless `seen` vouches for its MANIFEST, or else its rows add up to what
// the head says. With kAnyDamage: the head that what is left adds up to.
//
// NOT_FOUND: there is none, or an empty one. DATA_LOSS: it is damaged. FAILED_PRECONDITION: written
// by a newer build, or by another program.
absl::StatusOr<StoreHead> LookAtDatabase(const DatabaseFiles& files, const ManifestSeen& seen);

// Opens the database for writing. `on_flush` is called, in RocksDB's threads, each time rows have
// been moved from the log to a table, before the log is deleted.
absl::StatusOr<std::unique_ptr<rocksdb::DB>> OpenDatabase(const DatabaseFiles& files, bool create,
                                                          std::function<void()> on_flush);

// The bytes under `key`; nothing if there are none.
absl::StatusOr<std::optional<std::string>> GetBytes(rocksdb::DB& database, absl::string_view key);

// The greatest key that begins with `first`; empty if there is none.
absl::StatusOr<std::string> GreatestKeyOf(rocksdb::DB& database, char first);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_ROCKSDB_FILES_H_
