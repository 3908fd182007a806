// Closes the target's gate of a transfer that does not block, before the platform can commit.

#ifndef REALMSHIFT_WORKER_JOB_CLOSE_JOB_H_
#define REALMSHIFT_WORKER_JOB_CLOSE_JOB_H_

#include "absl/status/status.h"

#include "realm/v1/dispatch.pb.h"
#include "worker/job/job.h"

namespace realm::worker {

// Runs in the target realm. Once all that blocks is copied the platform may send the tenant there,
// long before anybody has begun to copy the rest: what the app wrote into it until then, the copy
// would overwrite. Raises no fence, so that it may run beside a copy of the same datasets. May be
// repeated.
class CloseJob final : public Job {
 public:
  CloseJob(const v1::JobOrder& order, const JobEnvironment& environment);

  // ABORTED: a newer order is recorded. FAILED_PRECONDITION: the target was opened to the tenant,
  // so that its records are live; nothing was changed.
  absl::Status Run() override;

 private:
  absl::Status Close(const DatasetName& dataset);

  const v1::JobOrder& order_;
  const JobEnvironment& environment_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_JOB_CLOSE_JOB_H_
