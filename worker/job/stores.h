// The stores of this worker's realm, and how a job claims a tenant's part of them.

#ifndef REALMSHIFT_WORKER_JOB_STORES_H_
#define REALMSHIFT_WORKER_JOB_STORES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "common/ids.h"
#include "realm/store/v1/cursor.pb.h"
#include "realm/v1/dispatch.pb.h"
#include "worker/connector/connector.h"

namespace realm::worker {

// The configured datasets of one worker.
//
// Thread safety: safe once built.
class Stores {
 public:
  explicit Stores(std::vector<std::unique_ptr<Dataset>> datasets);

  // Null if this worker does not serve it.
  Dataset* Find(const DatasetName& name) const;
  const std::vector<std::unique_ptr<Dataset>>& datasets() const { return datasets_; }

  // NOT_FOUND: this worker does not serve the dataset. Others as Dataset::Open.
  absl::StatusOr<std::unique_ptr<Connector>> Open(const DatasetName& name, const AppId& app,
                                                  const TenantId& tenant) const;

 private:
  std::vector<std::unique_ptr<Dataset>> datasets_;
};

// One dataset of a job, held under the job's token.
struct ClaimedStore {
  DatasetName dataset;
  std::string kind;
  std::unique_ptr<Connector> connector;
  Control control;  // As it was once the fence was ours.
  // What an earlier job of the same migration left; empty if the last was another migration's.
  store::v1::JobCursor cursor;
  // Of the cursor, and then of this execution's.
  int64_t records_filled = 0;
};

// Opens every dataset of `order` and raises its fence to `token`, in order. ABORTED: an execution
// with this or a newer epoch has been here; nothing may be done.
absl::StatusOr<std::vector<ClaimedStore>> ClaimStores(const Stores& stores,
                                                      const v1::JobOrder& order,
                                                      const Token& token);

// Refuses a target that was opened to the tenant: what is there is live and nobody's copy any more.
// A coordinator that was restored from an old backup may not know. FAILED_PRECONDITION: access is
// open by an order, not merely because there never was one.
absl::Status CheckNotOpened(const std::vector<ClaimedStore>& stores);
absl::Status CheckNotOpened(const DatasetName& dataset, const Control& control);

// Closes the app's access to `connector`'s data under (generation, epoch). A newer order of the
// same generation that also closed it will do: sealed is sealed, and two parts of one migration
// may seal the same dataset in either order. ABORTED: a newer order has opened it.
absl::Status CloseAccess(Connector& connector, uint64_t generation, uint64_t epoch);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_JOB_STORES_H_
