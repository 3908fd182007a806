// What a job in the target realm may ask of the source realm's workers, for one tenant.

#ifndef REALMSHIFT_WORKER_JOB_SOURCE_REALM_H_
#define REALMSHIFT_WORKER_JOB_SOURCE_REALM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/ids.h"
#include "worker/connector/connector.h"

namespace realm::worker {

// A dataset as its source realm sees it.
struct SourceDataset {
  std::string kind;  // "rocksdb", "postgres", ...
  std::string schema_fingerprint;
  std::vector<std::string> tables;  // In the order of Connector::Tables.
  std::vector<Estimate> estimates;  // One for each of `tables`.
  // A migration that left the realm has deleted the tenant's records, and none has come back.
  bool purged = false;
  // Of the order that closed the tenant's gate; 0 while it is open.
  uint64_t sealed_generation = 0;
};

// What `control` of the source's store says of the tenant.
void Note(const Control& control, SourceDataset* source);

// Refuses a source in which the tenant does not live any more: the directory is older than the
// move that took it away. FAILED_PRECONDITION: it was purged, or sealed by a migration from before
// `scheduled_generation`, of which a restored coordinator knows nothing.
absl::Status CheckLivesHere(const SourceDataset& source, uint64_t scheduled_generation);

// An implementation tries each worker of the realm and goes on after the last key when a stream
// breaks; what it returns at last means that waiting inside the job does not help.
//
// Errors: UNAVAILABLE: no worker of the realm answered. PERMISSION_DENIED: the ticket is not
// accepted. ABORTED (Seal): a newer order is recorded at the source; leave the job. CANCELLED: the
// job was told to stop. Others are those of connector.h.
//
// Thread safety: one thread at a time, the readers included.
class SourceRealm {
 public:
  virtual ~SourceRealm() = default;

  virtual absl::StatusOr<SourceDataset> Describe(const DatasetName& dataset) = 0;

  // Pages of the records of `range`, in key order. Lives no longer than this.
  virtual absl::StatusOr<std::unique_ptr<Reader>> ReadPages(const DatasetName& dataset,
                                                            absl::string_view table,
                                                            const KeyRange& range) = 0;

  // Digests under the migration's key, computed in the source realm.
  virtual absl::StatusOr<std::unique_ptr<Digester>> ReadDigests(const DatasetName& dataset,
                                                                absl::string_view table,
                                                                const KeyRange& range) = 0;

  // Closes the app's access to `datasets` under the order's (generation, epoch). When it returns
  // OK, no write of the app can follow.
  virtual absl::Status Seal(const std::vector<DatasetName>& datasets) = 0;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_JOB_SOURCE_REALM_H_
