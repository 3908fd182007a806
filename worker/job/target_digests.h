// The target's side of a comparison.

#ifndef REALMSHIFT_WORKER_JOB_TARGET_DIGESTS_H_
#define REALMSHIFT_WORKER_JOB_TARGET_DIGESTS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "worker/connector/connector.h"

namespace realm::worker {

// Digests of one table's ranges as the source has cut them. While both sides are cut alike, which
// they are where they are equal, the target is read in one go; where they are not, and at first, as
// most tenants are small, each range is asked for by itself.
class TargetDigests {
 public:
  // `connector` outlives this.
  TargetDigests(Connector& connector, absl::string_view table, absl::string_view key);

  // The digest of exactly `source.range` at the target, or of enough of it to differ from `source`.
  // REQUIRES: ranges follow one another, from the beginning of the table.
  absl::StatusOr<RangeDigest> Of(const RangeDigest& source);

 private:
  Connector& connector_;
  const std::string table_;
  const std::string key_;
  std::unique_ptr<Digester> stream_;  // At the end of the last range, or null.
  int streak_ = 0;                    // Ranges asked for by themselves that were equal, lately.
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_JOB_TARGET_DIGESTS_H_
