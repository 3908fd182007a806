// A store that forgets when the process ends: for tests, for the simulator, and for
// --store=memory. What it keeps is on a "disk" of its own, so that a store can be opened again on
// what another left behind.

#ifndef REALMSHIFT_COORDINATOR_STORE_MEMORY_STORE_H_
#define REALMSHIFT_COORDINATOR_STORE_MEMORY_STORE_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "coordinator/store/head.h"
#include "coordinator/store/store.h"

namespace realm::coordinator {

// What outlives a MemoryStore. Copy it for a backup.
struct MemoryDisk {
  std::map<std::string, Row> rows;
  StoreHead head = FirstHead();
};

class MemoryStore : public Store {
 public:
  MemoryStore() : MemoryStore(std::make_shared<MemoryDisk>()) {}
  // Opens what is on `disk`. REQUIRES: no other store is open on it.
  explicit MemoryStore(std::shared_ptr<MemoryDisk> disk);

  StoreState Info() const override;
  absl::Status Apply(const Batch& batch) override;
  absl::StatusOr<std::vector<Row>> Scan(absl::string_view prefix, absl::string_view after,
                                        int limit) const override;
  absl::StatusOr<std::optional<Row>> Get(absl::string_view key) const override;

 private:
  uint64_t VersionOf(const std::string& key) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  const std::shared_ptr<MemoryDisk> shared_disk_;  // Keeps disk_ alive.
  MemoryDisk* const disk_ ABSL_PT_GUARDED_BY(mutex_);
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_MEMORY_STORE_H_
