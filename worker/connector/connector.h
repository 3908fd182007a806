// A tenant's data in one realm, as one kind of store keeps it.
//
// A dataset is a set of tables that a store holds for many tenants; a Connector
// is opened for one tenant of one dataset and can reach nothing else. Every
// call may be repeated with the same arguments: a worker that died half way is
// replaced by one that starts at the last cursor.
//
// Order. Each table has a total order of its records by their key, the same on
// every store of the kind (SQL text keys compare by bytes, COLLATE "C"). A Key
// is the store's own encoding of one record's key: opaque to everyone else,
// never empty for a record, and given back unchanged.
//
// Fences. The store itself keeps, per (app, tenant, dataset), one control row:
// the fence of the one execution that may write, that execution's cursor, and
// the access register that the app's own write path obeys. Each change of data
// compares the fence in the change's own transaction, so that a worker that was
// stopped and woke up writes nothing.
//
// Batches. A store may gather pages in one transaction: Write then returns
// before its records can be seen from elsewhere, and the cursor is that of the
// last page in the transaction. Any other call of the same Connector, Sync first
// of all, ends the transaction. What an execution that dies repeats is at most
// one such batch (rocksdb: one page; postgres: kPostgresBatchBytes of pages), and
// what an object that goes without Sync leaves is a beginning of what it wrote.
// An error of Write or Sync may be of an earlier page of the batch: after any but
// UNAVAILABLE, and after the same error twice, leave the Connector and go on at
// the cursor with another.
//
// Thread safety: one thread at a time for each object. Connectors of one tenant
// may be open in several threads and processes at once.
//
// Errors, for all calls: UNAVAILABLE: the store cannot be reached or asks to
// try later; repeat with backoff. ABORTED: another execution holds the fence
// (or a newer access order is recorded); leave the job, nothing was changed.
// FAILED_PRECONDITION: the store does not fit the configuration (missing
// table, other schema, another realm's store); an operator must act.
// DATA_LOSS: the store is damaged. INVALID_ARGUMENT: a page or key that this
// kind of store did not make, or a record it rejects; the message names the
// table and a digest of the key, never a value.
#ifndef REALMSHIFT_WORKER_CONNECTOR_CONNECTOR_H_
#define REALMSHIFT_WORKER_CONNECTOR_CONNECTOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/ids.h"

namespace realm::worker {

// The right to change one tenant's data in one store. Ordered by (generation,
// epoch); the nonce tells two executions of one epoch apart.
struct Token {
  uint64_t generation = 0;
  uint64_t epoch = 0;
  uint64_t nonce = 0;
};

// What the app's own write path may do. A store without a control row is open.
enum class Access : uint8_t { kOpen = 1, kClosed = 2 };

// The state of a control row.
struct Control {
  Token fence;
  std::string cursor;  // Opaque bytes of the job that wrote it; may be empty.
  uint64_t access_generation = 0;
  uint64_t access_epoch = 0;
  Access access = Access::kOpen;
};

// Records with key in (after, last]; an empty `after` is the beginning and an
// empty `last` the end.
struct KeyRange {
  std::string after;
  std::string last;
};

// Records in the store's own bulk encoding, in key order. Pages pass unchanged
// between stores of one kind.
struct Page {
  std::string records;   // Encoded; at most about limits.h kPageBytes, unless one record is larger.
  std::string last_key;  // Of the last record; empty when there is none.
  int64_t record_count = 0;
  int64_t byte_count = 0;  // Of `records`.
};

// What a range holds, read back through another path than Reader's.
struct RangeDigest {
  KeyRange range;
  int64_t record_count = 0;
  int64_t byte_count = 0;  // Of the canonical encoding.
  std::string digest;      // 32 bytes; HMAC-SHA-256 over canonical records in key order.
};

struct Estimate {
  int64_t record_count = 0;
  int64_t byte_count = 0;
  bool exact = false;
};

// Pages of one table in key order.
class Reader {
 public:
  virtual ~Reader() = default;
  // The next page; a page without records is the end.
  virtual absl::StatusOr<Page> Next() = 0;
};

// Digests of consecutive ranges of one table, in key order.
class Digester {
 public:
  virtual ~Digester() = default;
  // The digest of the next range: the records after the previous one, at most
  // kRangeRecords of them and about kRangeBytesMax bytes. The range's `after` is
  // the previous range's `last`. A range with no records is the end.
  virtual absl::StatusOr<RangeDigest> Next() = 0;
};

class Connector {
 public:
  virtual ~Connector() = default;

  // The tables of the dataset in the order in which they are to be filled
  // (and the reverse of which they are emptied). Never empty; a store without
  // tables has one, named "".
  virtual const std::vector<std::string>& Tables() const = 0;

  // A digest of everything about the dataset's shape that must be equal at the
  // source and the target (column names and types, key columns). 32 bytes.
  virtual absl::StatusOr<std::string> SchemaFingerprint() = 0;

  virtual absl::StatusOr<Estimate> EstimateTable(absl::string_view table) = 0;

  // --- Reading. Never blocked by a fence or by access. ----------------------

  virtual absl::StatusOr<std::unique_ptr<Reader>> Read(absl::string_view table,
                                                       const KeyRange& range) = 0;

  // Digests read by another statement and decoder than Read's, so that a fault
  // of one does not hide in the other. `key` is the HMAC key.
  virtual absl::StatusOr<std::unique_ptr<Digester>> Digest(absl::string_view table,
                                                           const KeyRange& range,
                                                           absl::string_view key) = 0;

  // The digest of exactly `range`, however many records it holds now; reads at
  // most `record_limit` records: if there are more, the digest is of the first
  // `record_limit` + 1 and record_count says so (the caller sees a difference).
  virtual absl::StatusOr<RangeDigest> DigestOf(absl::string_view table, const KeyRange& range,
                                               absl::string_view key, int64_t record_limit) = 0;

  // --- Control. -------------------------------------------------------------

  // Whether everything that a record refers to is there, for a store that knows of
  // references and was filled without checking them one by one. After all tables
  // are written. FAILED_PRECONDITION names the table and the reference.
  virtual absl::Status CheckReferences() { return absl::OkStatus(); }

  // The control row; a default one if there is none.
  virtual absl::StatusOr<Control> GetControl() = 0;

  // Makes `token` the fence if its (generation, epoch) is larger than the
  // recorded one; the cursor stays. Strict: an equal one is ABORTED too, which
  // is what makes a job that was delivered twice run once. The row is durable
  // on return.
  virtual absl::Status RaiseFence(const Token& token) = 0;

  // Orders access, under (generation, epoch): a larger one than recorded sets
  // it, an equal one with equal `access` changes nothing, else ABORTED. Durable
  // on return; app transactions that began before see it or fail. UNAVAILABLE:
  // one of them takes too long; the order may be recorded, repeat it.
  virtual absl::Status SetAccess(uint64_t generation, uint64_t epoch, Access access) = 0;

  // --- Changing. Each is one transaction with the comparison of the fence. --

  // Adds the records of `page` (made by Read of the same kind of store) to
  // `table`, replacing those with equal keys, and sets the cursor. May gather
  // pages; see Batches above.
  virtual absl::Status Write(const Token& token, absl::string_view table, const Page& page,
                             absl::string_view cursor) = 0;

  // Removes the records of `range`, at most `record_limit`, in key order from
  // the first, and sets the cursor. Returns how many were removed; fewer than
  // `record_limit` means that the range is empty now.
  virtual absl::StatusOr<int64_t> Erase(const Token& token, absl::string_view table,
                                        const KeyRange& range, int64_t record_limit,
                                        absl::string_view cursor) = 0;

  // Removes the records of `range` only if they are exactly those of
  // `expected` (count and digest, computed in the same transaction), and sets
  // the cursor. FAILED_PRECONDITION and nothing removed if they are not.
  virtual absl::Status EraseVerified(const Token& token, absl::string_view table,
                                     const RangeDigest& expected, absl::string_view key,
                                     absl::string_view cursor) = 0;

  // Sets the cursor alone.
  virtual absl::Status SaveCursor(const Token& token, absl::string_view cursor) = 0;

  // Makes everything written so far durable. Write and Erase of a store that
  // syncs each transaction need not do more here; a worker calls it before it
  // reports that a job is finished and before a cursor is relied upon.
  virtual absl::Status Sync() = 0;
};

// Identifies the tenant whose data a Connector reaches.
struct TenantScope {
  AppId app;
  TenantId tenant;
  // The value of the dataset's tenant key for this tenant (a column's value, a
  // key prefix). Equal to the tenant id unless configuration maps it.
  std::string tenant_key;
};

// One configured store of this worker's realm; opens Connectors.
//
// Thread safety: safe from any thread.
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual const DatasetName& name() const = 0;
  // "rocksdb", "postgres", ...
  virtual absl::string_view kind() const = 0;
  // FAILED_PRECONDITION: the store carries another realm's marker, or lacks a
  // declared table. UNAVAILABLE: it cannot be reached.
  virtual absl::StatusOr<std::unique_ptr<Connector>> Open(const TenantScope& scope) = 0;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_CONNECTOR_H_
