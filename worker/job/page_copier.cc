#include "worker/job/page_copier.h"

#include <algorithm>
#include <memory>
#include <string>

#include "common/failpoint.h"
#include "common/limits.h"
#include "common/status_macros.h"

namespace realm::worker {

using store::v1::CopyCursor;

PageCopier::PageCopier(const v1::JobOrder& order, const JobEnvironment& environment)
    : order_(order), environment_(environment), token_(TokenOf(order, environment)) {
  counters_.records_done = order.records_done_before();
}

void PageCopier::Resume(const std::vector<ClaimedStore>& stores) {
  records_filled_ = 0;
  for (const ClaimedStore& store : stores)
    records_filled_ += store.records_filled;
}

std::string PageCopier::Cursor(const ClaimedStore& store, CopyCursor::Stage stage,
                               absl::string_view table, const KeyRange& rest) const {
  store::v1::JobCursor cursor;
  cursor.set_migration_id(order_.ref().migration_id());
  CopyCursor& copy = *cursor.mutable_copy();
  copy.set_stage(stage);
  copy.set_table(std::string(table));
  copy.set_after(rest.after);
  copy.set_last(rest.last);
  copy.set_records_filled(store.records_filled);
  return cursor.SerializeAsString();
}

void PageCopier::Count(const Page& page, CopyCursor::Stage stage) {
  if (stage == CopyCursor::STAGE_FILLING) {
    if (records_filled_ < order_.records_done_before()) ++counters_.pages_repeated;
    records_filled_ += page.record_count;
    counters_.records_done = std::max(counters_.records_done, records_filled_);
  } else {
    counters_.records_done += page.record_count;
  }
  counters_.bytes_done += page.byte_count;
  Report();
  ++pages_;
}

absl::Status PageCopier::CopyRange(ClaimedStore& store, absl::string_view table,
                                   const KeyRange& range, CopyCursor::Stage stage) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader,
                   environment_.source->ReadPages(store.dataset, table, range));
  for (;;) {
    RETURN_IF_ERROR(CheckStop(environment_));
    ASSIGN_OR_RETURN(const Page page, reader->Next());
    if (page.record_count == 0) return absl::OkStatus();
    if (stage == CopyCursor::STAGE_FILLING) store.records_filled += page.record_count;
    const std::string cursor = Cursor(store, stage, table, {page.last_key, range.last});
    RETURN_IF_ERROR(REALM_FAILPOINT("copy.before-write"));
    RETURN_IF_ERROR(store.connector->Write(token_, table, page, cursor));
    Count(page, stage);
    if (pages_ == 1) RETURN_IF_ERROR(REALM_FAILPOINT("copy.after-first-page"));
    RETURN_IF_ERROR(REALM_FAILPOINT("copy.after-page"));
  }
}

absl::Status PageCopier::EraseRange(ClaimedStore& store, absl::string_view table,
                                    const KeyRange& range) {
  const std::string cursor = Cursor(store, CopyCursor::STAGE_REPAIRING, table, range);
  for (;;) {
    RETURN_IF_ERROR(CheckStop(environment_));
    ASSIGN_OR_RETURN(const int64_t erased,
                     store.connector->Erase(token_, table, range, kRangeRecords, cursor));
    RETURN_IF_ERROR(REALM_FAILPOINT("copy.after-repair-erase"));
    if (erased < kRangeRecords) return absl::OkStatus();
  }
}

absl::Status PageCopier::SaveFilled(ClaimedStore& store) {
  return store.connector->SaveCursor(token_, Cursor(store, CopyCursor::STAGE_COMPARING, "", {}));
}

}  // namespace realm::worker
