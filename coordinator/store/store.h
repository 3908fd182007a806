// Rows on a disk: what the coordinator knows, and all that it knows after a restart.
//
// A row is a key and a value, both opaque here (keys.h and rows.h know what they say), and a
// version. The engine reads everything at start, keeps it in memory, and from then on writes
// batches, one for all the inputs that were waiting.
//
// Thread safety: Apply is for one thread at a time; Head, Scan and Get are for any thread at any
// time, and see whole batches only.

#ifndef REALMSHIFT_COORDINATOR_STORE_STORE_H_
#define REALMSHIFT_COORDINATOR_STORE_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace realm::coordinator {

// Three escaped ids, a prefix and a number; see keys.h.
constexpr size_t kStoreKeyBytesMax = 2048;

struct Row {
  std::string key;
  std::string value;
  // 1 when the key is first written, and one more with each write. A key that was deleted begins
  // at 1 again.
  uint64_t version = 0;
  // Empty, or why the value cannot be relied on: it is not what was written under this key. Then
  // `value` is empty and `version` is 0. Nobody guesses what it was: its migration is frozen.
  std::string damaged;
};

struct Write {
  std::string key;
  // Nothing: delete the row.
  std::optional<std::string> value;
  // The version of the row that this was computed from; 0: there is none.
  uint64_t expected_version = 0;
};

// What becomes true together.
struct Batch {
  std::vector<Write> writes;
  // Where the audit chain stands once this is applied: the last record's number and hash (32
  // bytes).
  uint64_t audit_sequence = 0;
  std::string chain_head;
};

// Where the store stands.
struct StoreHead {
  // 16 random bytes, drawn when the store was created.
  std::string store_id;
  // 1 when the store is created; one more each time an operator accepts that it lost acknowledged
  // changes or was restored from a backup. First part of every fencing token, so that what such a
  // store hands out is newer than all that was handed out before.
  uint64_t generation = 0;
  // One more each time the store is opened.
  uint64_t incarnation = 0;
  // Batches applied since the store was created.
  uint64_t sequence = 0;
  // As in the last batch; 0 and 32 zero bytes at first.
  uint64_t audit_sequence = 0;
  std::string chain_head;
};

bool operator==(const StoreHead& a, const StoreHead& b);

class Store {
 public:
  virtual ~Store() = default;

  // Where the store stands, after the last Apply that returned OK.
  virtual absl::StatusOr<StoreHead> Head() = 0;

  // Applies `batch`, whole or not at all. OK: it is durable, and survives a crash of the process,
  // of the machine and of its power.
  //
  // Nothing was written: ABORTED: a row has another version than expected, which for the only
  // writer is a bug. RESOURCE_EXHAUSTED: the disk is nearly full; refuse what is new, and try
  // again once there is room. INVALID_ARGUMENT: a key is empty, too long, reserved (begins with a
  // zero byte) or there twice, the chain head has not 32 bytes, or the audit sequence falls.
  // DATA_LOSS: a row to be overwritten is damaged. UNAVAILABLE: the store has failed earlier.
  //
  // Any other failure is an unknown result: whether the batch is there is known only after a
  // restart. A store on a disk does not return from it; it ends the process, so that nothing can
  // be answered that may not be true.
  virtual absl::Status Apply(const Batch& batch) = 0;

  // The rows whose key begins with `prefix` and is greater than `after_key`, in the order of their
  // bytes, at most `limit` of them. Fewer than `limit`: there are no more.
  //
  // DATA_LOSS: part of the store cannot be read. A single row that is not what was written is
  // returned with `damaged` and fails nothing.
  //
  // REQUIRES: limit > 0.
  virtual absl::StatusOr<std::vector<Row>> Scan(absl::string_view prefix,
                                                absl::string_view after_key, int limit) = 0;

  // The row, or nothing. Errors as for Scan.
  virtual absl::StatusOr<std::optional<Row>> Get(absl::string_view key) = 0;
};

// For implementations. INVALID_ARGUMENT as Apply says; `head` is where the store stands.
absl::Status CheckBatch(const Batch& batch, const StoreHead& head);

// For implementations. ABORTED naming the key unless `found` is the version that `write` expects.
absl::Status CheckVersion(const Write& write, uint64_t found);

// For implementations. Where the store stands once `batch` is applied.
StoreHead HeadAfter(const StoreHead& head, const Batch& batch);

// The head of a store that was just created.
StoreHead FirstHead();

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_STORE_H_
