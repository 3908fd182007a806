// Brings a transfer's datasets into the target realm and proves that they are equal there.

#ifndef REALMSHIFT_WORKER_JOB_COPY_JOB_H_
#define REALMSHIFT_WORKER_JOB_COPY_JOB_H_

#include <vector>

#include "absl/status/status.h"

#include "realm/v1/dispatch.pb.h"
#include "worker/job/job.h"
#include "worker/job/page_copier.h"
#include "worker/job/stores.h"

namespace realm::worker {

// Runs in the target realm. The order of things is what makes it safe:
//
//   1. raise the fences of the target, so that no older execution writes any more;
//   2. refuse a target that is live, shapes that differ, and records of the tenant at the target
//      that this migration did not write, with nothing changed but the fence;
//   3. close the target's gate, so that the app does not write either;
//   4. if ordered, seal the source: what is read from here on is the last version;
//   5. fill what was never filled, from where the previous attempt's cursor stands;
//   6. compare, repair and compare again until nothing differs.
//
// Of a sealed source the manifest comes from a pass that found no difference at all: both realms'
// chains are then over the same ranges of data that nobody can change. The source of an unsealed
// copy may change while it is compared, so there a range counts once it was equal after its repair,
// and records may refer to others that are still to come.
class CopyJob final : public Job {
 public:
  CopyJob(const v1::JobOrder& order, const JobEnvironment& environment);

  // RESOURCE_EXHAUSTED: the source changes faster than it can be copied. FAILED_PRECONDITION: the
  // two realms' stores do not fit, or the target holds records that are not this migration's.
  absl::Status Run() override;

 private:
  absl::Status Copy();
  absl::Status CheckFit();
  absl::Status CloseGates();
  absl::Status CheckSource(const ClaimedStore& store);
  absl::Status CheckLeftovers(ClaimedStore& store);
  absl::Status SealSource();
  absl::Status Fill(ClaimedStore& store);
  absl::Status FinishRepair(ClaimedStore& store);
  absl::Status Settle(ClaimedStore& store);
  absl::Status CheckReferences();
  void KeepCheckpoints();

  const v1::JobOrder& order_;
  const JobEnvironment& environment_;
  const Token token_;
  PageCopier copier_;
  std::vector<ClaimedStore> stores_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_JOB_COPY_JOB_H_
