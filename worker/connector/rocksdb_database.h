// One RocksDB that holds the records of many tenants, open once in a process.
//
// RocksDB lets one process open a database, so within a process all who want it
// share this object: the connectors of a worker and the app that is embedded in
// it. The bytes on disk are described in docs/formats/rocksdb-dataset.md.
//
// Everything below takes a tenant key and can reach only what lies under it.
//
// Errors: UNAVAILABLE: another process holds the database, or the disk failed
// or is full. DATA_LOSS: RocksDB found damage. FAILED_PRECONDITION: the folder
// holds something else, or a newer format.
//
// Thread safety: safe from any thread. Who compares a control row and then
// changes data holds TenantLock from before the one until after the other.
#ifndef REALMSHIFT_WORKER_CONNECTOR_ROCKSDB_DATABASE_H_
#define REALMSHIFT_WORKER_CONNECTOR_ROCKSDB_DATABASE_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

#include "worker/connector/connector.h"

namespace realm::worker {

class RocksdbDatabase {
 public:
  // The records of one range, in key order, as they were when the scan began.
  class Scan {
   public:
    virtual ~Scan() = default;
    virtual bool Valid() const = 0;
    virtual void Next() = 0;
    // The key as the database has it: the tenant's prefix, then the record's key.
    virtual absl::string_view stored_key() const = 0;
    virtual absl::string_view value() const = 0;
    // Why the scan ended before the range did.
    virtual absl::Status status() const = 0;
  };

  // Changes of one tenant that become true together.
  class Batch {
   public:
    virtual ~Batch() = default;
    virtual void Put(absl::string_view key, absl::string_view value) = 0;
    virtual void Erase(absl::string_view key) = 0;
    virtual void EraseRange(const KeyRange& range) = 0;
    virtual void PutControl(absl::string_view row) = 0;
  };

  // kKeep: survives the process; durable once a later kSync or Sync returns.
  // What is kept at all is a prefix of what was applied, in order.
  enum class Durability { kKeep, kSync };

  virtual ~RocksdbDatabase() = default;

  // Opens or creates the database in the folder `path`, or shares the one that
  // this process has open there. It closes with the last holder.
  static absl::StatusOr<std::shared_ptr<RocksdbDatabase>> Open(const std::string& path);

  // Every stored key of the tenant begins with this, and no other tenant's does.
  static std::string TenantPrefix(absl::string_view tenant_key);

  virtual std::unique_ptr<Scan> NewScan(absl::string_view tenant_key, const KeyRange& range) = 0;
  virtual std::unique_ptr<Batch> NewBatch(absl::string_view tenant_key) = 0;
  // REQUIRES: `batch` is of this database. It is empty afterwards.
  virtual absl::Status Apply(Batch& batch, Durability durability) = 0;

  virtual absl::StatusOr<std::optional<std::string>> GetRecord(absl::string_view tenant_key,
                                                               absl::string_view key) = 0;
  virtual absl::StatusOr<std::optional<std::string>> GetControl(absl::string_view tenant_key) = 0;
  // Bytes on disk and in memory that the range takes, roughly.
  virtual absl::StatusOr<int64_t> ApproximateBytes(absl::string_view tenant_key,
                                                   const KeyRange& range) = 0;

  // Records whose store this is, if nobody did before; else FAILED_PRECONDITION
  // unless it is the same realm's and the same dataset's. Durable on return.
  virtual absl::Status Claim(absl::string_view realm, absl::string_view dataset) = 0;

  // Everything applied so far is durable on return.
  virtual absl::Status Sync() = 0;

  // Of single keys, since the database was made.
  virtual int64_t CountChanges() const = 0;

  // The same lock for the same tenant; tenants may share one.
  virtual absl::Mutex& TenantLock(absl::string_view tenant_key) = 0;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_ROCKSDB_DATABASE_H_
