// Where rows live: what Store promises, and nothing of how.
//
// A row is a key, a value and a version that grows by one with each write of
// the key. What the values mean is the caller's business (rows.h, keys.h).
//
// Opening a store is recovery: there is no other recovery code. An
// implementation that cannot be sure that every acknowledged batch is still
// there refuses to open, and says what to do.
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

struct Row {
  std::string key;
  std::string value;
  uint64_t version = 0;
  // Not empty: the value's checksum is wrong, and this text says so; `value` and `version` are
  // then not to be used. Other rows are not affected.
  std::string damaged;
};

struct Write {
  std::string key;
  std::optional<std::string> value;  // None: delete the row.
  uint64_t expected_version = 0;     // 0: there must be no such row.
};

struct Batch {
  std::vector<Write> writes;
  // The audit trail's last record after this batch.
  uint64_t audit_sequence = 0;
  std::string chain_head;
};

struct StoreState {
  // 1 when the store is made; raised when an operator accepts that data was lost. Part of every
  // fencing token, so that tokens of a lost history never pass.
  uint64_t generation = 1;
  // Grows with each opening.
  uint64_t incarnation = 0;
  uint64_t audit_sequence = 0;
  std::string chain_head;   // Empty: no batch yet.
  std::string description;  // "rocksdb:/var/lib/realm"
};

// Thread safety: Apply from one thread at a time; the rest from any.
class Store {
 public:
  virtual ~Store() = default;

  virtual StoreState Info() const = 0;

  // Writes the whole batch or nothing, durable on OK.
  //
  // ABORTED: a row's version is not the expected one; nothing was written.
  // INVALID_ARGUMENT: the batch cannot follow what is there: a key is there twice, or the audit
  // trail would fall; nothing was written. As with ABORTED, what the caller believes is wrong.
  // RESOURCE_EXHAUSTED: there is no room; nothing was written.
  // A failed sync is none of these: its result is unknown, so the process stops.
  virtual absl::Status Apply(const Batch& batch) = 0;

  // Rows whose key begins with `prefix` and is greater than `after`, in key
  // order, at most `limit`.
  virtual absl::StatusOr<std::vector<Row>> Scan(absl::string_view prefix, absl::string_view after,
                                                int limit) const = 0;

  virtual absl::StatusOr<std::optional<Row>> Get(absl::string_view key) const = 0;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_STORE_H_
