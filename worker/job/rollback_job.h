// Takes back what a migration wrote into the target realm.

#ifndef REALMSHIFT_WORKER_JOB_ROLLBACK_JOB_H_
#define REALMSHIFT_WORKER_JOB_ROLLBACK_JOB_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "realm/v1/dispatch.pb.h"
#include "worker/job/job.h"
#include "worker/job/stores.h"

namespace realm::worker {

// Runs in the target realm, once every copy is settled. The fences are raised first, so that a copy
// that wakes up later writes nothing; the gate stays closed.
//
// A dataset whose cursor names another migration was never written by this one (the cursor changes
// in the transaction of the first page): what it holds was there before and stays.
class RollbackJob final : public Job {
 public:
  RollbackJob(const v1::JobOrder& order, const JobEnvironment& environment);

  // FAILED_PRECONDITION: the target was opened to the tenant, and nothing was erased; or a re-scan
  // found records where all were erased.
  absl::Status Run() override;

 private:
  absl::Status Erase(ClaimedStore& store);
  absl::Status EraseTable(ClaimedStore& store, absl::string_view table);
  absl::Status ProveEmpty(ClaimedStore& store);

  const v1::JobOrder& order_;
  const JobEnvironment& environment_;
  const Token token_;
  Counters counters_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_JOB_ROLLBACK_JOB_H_
