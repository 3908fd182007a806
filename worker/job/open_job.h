// Lets the app write: opens the target's gate after the switch, or unseals the source of an undone
// migration.

#ifndef REALMSHIFT_WORKER_JOB_OPEN_JOB_H_
#define REALMSHIFT_WORKER_JOB_OPEN_JOB_H_

#include "absl/status/status.h"

#include "realm/v1/dispatch.pb.h"
#include "worker/job/job.h"

namespace realm::worker {

// Runs in either realm. Raises the fences first: with the last raise of a migration no token of it
// that is still about can ever pass again. May be repeated.
class OpenJob final : public Job {
 public:
  OpenJob(const v1::JobOrder& order, const JobEnvironment& environment);

  // ABORTED: a newer order is recorded.
  absl::Status Run() override;

 private:
  absl::Status Open(const DatasetName& dataset);

  const v1::JobOrder& order_;
  const JobEnvironment& environment_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_JOB_OPEN_JOB_H_
