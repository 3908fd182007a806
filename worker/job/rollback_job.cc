#include "worker/job/rollback_job.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/failpoint.h"
#include "common/limits.h"
#include "common/seeded_bug.h"
#include "common/status_macros.h"
#include "worker/job/erasure.h"

namespace realm::worker {
namespace {

bool WrittenByThisMigration(const ClaimedStore& store) {
  if (Seeded(SeededBug::kUndoErasesSource)) return true;
  return store.cursor.has_copy() || store.cursor.has_rollback();
}

std::string Cursor(const v1::JobOrder& order) {
  store::v1::JobCursor cursor;
  cursor.set_migration_id(order.ref().migration_id());
  cursor.mutable_rollback();
  return cursor.SerializeAsString();
}

}  // namespace

RollbackJob::RollbackJob(const v1::JobOrder& order, const JobEnvironment& environment)
    : order_(order), environment_(environment), token_(TokenOf(order, environment)) {
  counters_.phase = "rolling-back";
  counters_.records_done = order.records_done_before();
}

absl::Status RollbackJob::Run() {
  environment_.progress->Update(counters_);
  ASSIGN_OR_RETURN(std::vector<ClaimedStore> stores,
                   ClaimStores(*environment_.stores, order_, token_));
  RETURN_IF_ERROR(REALM_FAILPOINT("rollback.after-raise"));
  RETURN_IF_ERROR(CheckNotOpened(stores));
  for (ClaimedStore& store : stores) {
    RETURN_IF_ERROR(CloseAccess(*store.connector, token_.generation, token_.epoch));
  }
  for (auto store = stores.rbegin(); store != stores.rend(); ++store) {
    if (WrittenByThisMigration(*store)) RETURN_IF_ERROR(Erase(*store));
  }
  RETURN_IF_ERROR(REALM_FAILPOINT("rollback.before-proof"));
  for (ClaimedStore& store : stores) {
    if (WrittenByThisMigration(store)) RETURN_IF_ERROR(ProveEmpty(store));
  }
  RETURN_IF_ERROR(REALM_FAILPOINT("rollback.before-report"));
  return absl::OkStatus();
}

absl::Status RollbackJob::Erase(ClaimedStore& store) {
  const std::vector<std::string>& tables = store.connector->Tables();
  for (auto table = tables.rbegin(); table != tables.rend(); ++table) {
    RETURN_IF_ERROR(EraseTable(store, *table));
  }
  return absl::OkStatus();
}

absl::Status RollbackJob::EraseTable(ClaimedStore& store, absl::string_view table) {
  for (;;) {
    RETURN_IF_ERROR(CheckStop(environment_));
    RETURN_IF_ERROR(REALM_FAILPOINT("rollback.before-range"));
    ASSIGN_OR_RETURN(const int64_t erased,
                     store.connector->Erase(token_, table, {}, kRangeRecords, Cursor(order_)));
    counters_.records_done += erased;
    counters_.records_erased += erased;
    environment_.progress->Update(counters_);
    RETURN_IF_ERROR(REALM_FAILPOINT("rollback.after-range"));
    if (erased < kRangeRecords) return absl::OkStatus();
  }
}

absl::Status RollbackJob::ProveEmpty(ClaimedStore& store) {
  ASSIGN_OR_RETURN(const int64_t left, CountLeft(*store.connector, order_.digest_key()));
  result_.records_left += left;
  if (left == 0) return store.connector->Sync();
  return absl::FailedPreconditionError(absl::StrCat("the target still holds ", left,
                                                    " records in dataset ", store.dataset.value(),
                                                    " after all were erased"));
}

}  // namespace realm::worker
