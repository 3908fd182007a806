// Moves ranges of pages from the source realm into a claimed store, and counts.

#ifndef REALMSHIFT_WORKER_JOB_PAGE_COPIER_H_
#define REALMSHIFT_WORKER_JOB_PAGE_COPIER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "realm/store/v1/cursor.pb.h"
#include "realm/v1/dispatch.pb.h"
#include "worker/job/job.h"
#include "worker/job/stores.h"

namespace realm::worker {

class PageCopier {
 public:
  PageCopier(const v1::JobOrder& order, const JobEnvironment& environment);

  // Counts on from what earlier attempts have left in the stores.
  void Resume(const std::vector<ClaimedStore>& stores);

  // Writes the source's records of `range` over those of the target. Each page's transaction
  // leaves a cursor of `stage` at the page's last key.
  absl::Status CopyRange(ClaimedStore& store, absl::string_view table, const KeyRange& range,
                         store::v1::CopyCursor::Stage stage);

  // Erases the target's records of `range`; the cursor says that they are to be written again.
  absl::Status EraseRange(ClaimedStore& store, absl::string_view table, const KeyRange& range);

  // The cursor says from here on that every table has been filled.
  absl::Status SaveFilled(ClaimedStore& store);

  // The counters that are reported; Report() shows them.
  Counters& counters() { return counters_; }
  void Report() { environment_.progress->Update(counters_); }

 private:
  std::string Cursor(const ClaimedStore& store, store::v1::CopyCursor::Stage stage,
                     absl::string_view table, const KeyRange& rest) const;
  void Count(const Page& page, store::v1::CopyCursor::Stage stage);

  const v1::JobOrder& order_;
  const JobEnvironment& environment_;
  const Token token_;
  Counters counters_;
  int64_t pages_ = 0;
  // In all stores, by all attempts.
  int64_t records_filled_ = 0;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_JOB_PAGE_COPIER_H_
