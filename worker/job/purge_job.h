// Deletes at the source what was verified at the target, and nothing else.

#ifndef REALMSHIFT_WORKER_JOB_PURGE_JOB_H_
#define REALMSHIFT_WORKER_JOB_PURGE_JOB_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "realm/v1/dispatch.pb.h"
#include "worker/job/digest_chain.h"
#include "worker/job/job.h"
#include "worker/job/stores.h"

namespace realm::worker {

// Runs in the source realm, after the switch. Before the first record goes, the chain over every
// table is computed anew and compared with the manifest's; then each range is deleted in one
// transaction that finds its digest as it was in that check. So a record that was not verified
// stops the purge, whether it came before the check or between it and the deletion.
//
// Tables are emptied in reverse order. The cursor of each deletion keeps the chain over what is
// gone, so that another attempt checks the rest against the same manifest.
class PurgeJob final : public Job {
 public:
  PurgeJob(const v1::JobOrder& order, const JobEnvironment& environment);

  // FAILED_PRECONDITION: the source is not sealed, holds records that were not verified, or lacks
  // some that were; nothing more is deleted until an operator has looked.
  absl::Status Run() override;

 private:
  // What is to go from one table.
  struct TablePlan {
    std::string table;
    v1::TableManifest manifest;
    DigestChain erased;               // Over what is gone already,
    std::string after;                // up to this key.
    std::vector<RangeDigest> ranges;  // The first of the rest, checked...
    bool whole = false;               // ...and whether they are all of it.
  };
  struct StorePlan {
    ClaimedStore* store = nullptr;
    std::vector<TablePlan> tables;  // In the order in which they are emptied.
  };

  absl::Status CheckSealed(const ClaimedStore& store) const;
  absl::StatusOr<StorePlan> PlanStore(ClaimedStore& store);
  absl::StatusOr<TablePlan> PlanTable(const ClaimedStore& store, const std::string& table) const;
  // Reads the rest of the table and compares it with the manifest. Keeps ranges while there is
  // room.
  absl::Status CheckRest(ClaimedStore& store, TablePlan& plan);
  absl::Status EraseTable(ClaimedStore& store, TablePlan& plan);
  absl::Status EraseRange(ClaimedStore& store, TablePlan& plan, const RangeDigest& range);
  absl::Status ProveEmpty(ClaimedStore& store);
  std::string Cursor(const TablePlan& plan) const;
  bool Keep(const RangeDigest& range);
  void Count(const RangeDigest& range);

  const v1::JobOrder& order_;
  const JobEnvironment& environment_;
  const Token token_;
  Counters counters_;
  int64_t planned_bytes_ = 0;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_JOB_PURGE_JOB_H_
