// Where a store stands: what it says of itself in its own rows, and again in the mark beside it.

#ifndef REALMSHIFT_COORDINATOR_STORE_HEAD_H_
#define REALMSHIFT_COORDINATOR_STORE_HEAD_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "coordinator/store/store.h"

namespace realm::coordinator {

struct StoreHead {
  // 16 random bytes, drawn when the store was made.
  std::string store_id;
  // As in StoreState.
  uint64_t generation = 0;
  uint64_t incarnation = 0;
  // Batches applied since the store was made.
  uint64_t sequence = 0;
  // As in the last batch; 0 and empty before the first.
  uint64_t audit_sequence = 0;
  std::string chain_head;
  // How many rows there are, and the sum of their versions: a database that lost rows, or some of
  // their newer versions, does not add up to them.
  uint64_t row_count = 0;
  uint64_t version_sum = 0;
};

bool operator==(const StoreHead& a, const StoreHead& b);

// Of a store that is just being made: generation 1, never opened.
StoreHead FirstHead();

// Where a store that stands at `head` stands once `batch` is applied.
StoreHead HeadAfter(const StoreHead& head, const Batch& batch);

StoreState InfoOf(const StoreHead& head, absl::string_view description);

// INVALID_ARGUMENT if a store at `head` takes no such batch: a key is empty, longer than
// kStoreKeyBytesMax, there twice, or begins with a zero byte, which is for the store's own rows;
// the chain head is not 32 bytes; the audit sequence falls.
constexpr size_t kStoreKeyBytesMax = 2048;
absl::Status CheckBatch(const Batch& batch, const StoreHead& head);

// ABORTED, naming the key, unless `found` is the version that `write` expects; 0 is no row.
absl::Status CheckVersion(const Write& write, uint64_t found);

// The bytes of a head: docs/formats/store.md.
constexpr size_t kHeadBytes = 96;
std::string EncodeHead(const StoreHead& head);
// DATA_LOSS: these are not the bytes of a head.
absl::StatusOr<StoreHead> DecodeHead(absl::string_view bytes);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_HEAD_H_
