// Finds where the target differs from the source, and repairs it.

#ifndef REALMSHIFT_WORKER_JOB_COMPARISON_H_
#define REALMSHIFT_WORKER_JOB_COMPARISON_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "realm/v1/dispatch.pb.h"
#include "worker/job/digest_chain.h"
#include "worker/job/job.h"
#include "worker/job/page_copier.h"
#include "worker/job/stores.h"

namespace realm::worker {

// What one pass over a dataset found.
struct PassResult {
  std::vector<v1::TableManifest> manifest;
  // Ranges that were not equal when first compared.
  int64_t differing = 0;
  // Those of them that were still not equal after their repair.
  int64_t unsettled = 0;
};

// Both realms digest their own records by the path that no page was read or written through; only
// digests meet here.
//
// A range that differs is first written over, tables in order, and erased and written again only
// if that was not enough, tables in reverse order: records that the source no longer has go in the
// order in which foreign keys let them.
class Comparison {
 public:
  Comparison(const v1::JobOrder& order, const JobEnvironment& environment, PageCopier& copier);

  // Compares every range of the dataset once. The manifest is a proof only if nothing differed.
  absl::StatusOr<PassResult> Pass(ClaimedStore& store);

 private:
  struct Extra {
    std::string table;
    KeyRange range;
  };

  absl::StatusOr<v1::TableManifest> CompareTable(ClaimedStore& store, absl::string_view table);
  absl::Status CompareRange(ClaimedStore& store, absl::string_view table, const RangeDigest& source,
                            const RangeDigest& target);
  absl::Status CompareTail(ClaimedStore& store, absl::string_view table, absl::string_view last);
  absl::Status RewriteExtras(ClaimedStore& store);
  // Whether the realms hold the same in `range` now.
  absl::StatusOr<bool> Equal(ClaimedStore& store, absl::string_view table, const KeyRange& range);
  absl::StatusOr<bool> Empty(ClaimedStore& store, absl::string_view table, const KeyRange& range);
  void Count(const RangeDigest& range);

  const v1::JobOrder& order_;
  const JobEnvironment& environment_;
  PageCopier& copier_;
  PassResult result_;
  std::vector<Extra> extras_;
  int64_t compared_ = 0;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_JOB_COMPARISON_H_
