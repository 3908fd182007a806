// A look into the workers' stores by another program than the worker that moved the data:
// `realm-worker store`, while the worker itself does not run.

#ifndef REALMSHIFT_COORDINATOR_CTL_STORE_PROBE_H_
#define REALMSHIFT_COORDINATOR_CTL_STORE_PROBE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "coordinator/ctl/local_system.h"

namespace realm::ctl {

// What one dataset holds of one tenant: equal contents have equal digests.
struct StoreContent {
  int64_t records = 0;
  std::string digest;
};
inline bool operator==(const StoreContent& a, const StoreContent& b) {
  return a.records == b.records && a.digest == b.digest;
}
inline bool operator!=(const StoreContent& a, const StoreContent& b) {
  return !(a == b);
}

// Which store of which worker, and whose records.
struct StoreKey {
  std::string worker_id;
  std::string dataset;
  std::string tenant;
};

// The errors of all: FailedPrecondition with the program's words, when it could not do it, as while
// the worker runs. Thread safety: one thread at a time.
class StoreProbe {
 public:
  // `system` must outlive it.
  explicit StoreProbe(const LocalSystem& system) : system_(system) {}

  // Writes `records` whose values have `value_bytes` bytes that follow from the tenant.
  absl::Status Seed(const StoreKey& key, int64_t records, int64_t value_bytes) const;

  absl::StatusOr<StoreContent> Read(const StoreKey& key) const;

 private:
  absl::StatusOr<std::string> Run(absl::string_view verb, const StoreKey& key,
                                  const std::vector<std::string>& more) const;

  const LocalSystem& system_;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_STORE_PROBE_H_
