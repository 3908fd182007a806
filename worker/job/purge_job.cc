#include "worker/job/purge_job.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/failpoint.h"
#include "common/seeded_bug.h"
#include "common/status_macros.h"
#include "worker/job/erasure.h"

namespace realm::worker {
namespace {

// What the checked ranges of a job may take: those of about a terabyte. The rest of a larger table
// is checked again when these are gone.
constexpr int64_t kPlannedBytesMax = 16 * 1024 * 1024;

int64_t SizeOf(const RangeDigest& range) {
  return static_cast<int64_t>(sizeof(range) + range.range.after.size() + range.range.last.size() +
                              range.digest.size());
}

absl::Status NotVerified(const ClaimedStore& store, absl::string_view table,
                         absl::string_view detail) {
  return absl::FailedPreconditionError(
      absl::StrCat("the source holds records that were not verified: dataset ",
                   store.dataset.value(), ", table '", table, "': ", detail));
}

}  // namespace

PurgeJob::PurgeJob(const v1::JobOrder& order, const JobEnvironment& environment)
    : order_(order), environment_(environment), token_(TokenOf(order, environment)) {
  counters_.phase = "checking";
  counters_.totals_exact = true;
  for (const v1::TableManifest& manifest : order.manifest()) {
    counters_.records_total_estimate += manifest.records();
    counters_.bytes_total_estimate += manifest.bytes();
  }
}

absl::Status PurgeJob::Run() {
  environment_.progress->Update(counters_);
  ASSIGN_OR_RETURN(std::vector<ClaimedStore> stores,
                   ClaimStores(*environment_.stores, order_, token_));
  RETURN_IF_ERROR(REALM_FAILPOINT("purge.after-raise"));
  std::vector<StorePlan> plans;
  for (auto store = stores.rbegin(); store != stores.rend(); ++store) {
    RETURN_IF_ERROR(CheckSealed(*store));
    ASSIGN_OR_RETURN(StorePlan plan, PlanStore(*store));
    plans.push_back(std::move(plan));
  }
  RETURN_IF_ERROR(REALM_FAILPOINT("purge.before-erase"));
  counters_.phase = "purging";
  for (StorePlan& plan : plans) {
    for (TablePlan& table : plan.tables)
      RETURN_IF_ERROR(EraseTable(*plan.store, table));
  }
  RETURN_IF_ERROR(REALM_FAILPOINT("purge.before-proof"));
  for (ClaimedStore& store : stores)
    RETURN_IF_ERROR(ProveEmpty(store));
  RETURN_IF_ERROR(REALM_FAILPOINT("purge.before-report"));
  return absl::OkStatus();
}

absl::Status PurgeJob::CheckSealed(const ClaimedStore& store) const {
  if (store.control.access == Access::kClosed) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "dataset ", store.dataset.value(), " is not sealed: its app may be writing to the source"));
}

absl::StatusOr<PurgeJob::StorePlan> PurgeJob::PlanStore(ClaimedStore& store) {
  StorePlan plan;
  plan.store = &store;
  const std::vector<std::string>& tables = store.connector->Tables();
  for (auto table = tables.rbegin(); table != tables.rend(); ++table) {
    ASSIGN_OR_RETURN(TablePlan one, PlanTable(store, *table));
    RETURN_IF_ERROR(CheckRest(store, one));
    counters_.records_done += one.erased.records();
    plan.tables.push_back(std::move(one));
  }
  return plan;
}

absl::StatusOr<PurgeJob::TablePlan> PurgeJob::PlanTable(const ClaimedStore& store,
                                                        const std::string& table) const {
  const auto manifest = std::find_if(
      order_.manifest().begin(), order_.manifest().end(), [&](const v1::TableManifest& entry) {
        return entry.dataset() == store.dataset.value() && entry.table() == table;
      });
  if (manifest == order_.manifest().end()) return NotVerified(store, table, "not in the manifest");
  TablePlan plan = {table, *manifest, DigestChain(order_.digest_key()), "", {}, false};
  if (!store.cursor.has_purge()) return plan;
  const store::v1::PurgeCursor& cursor = store.cursor.purge();
  const std::vector<std::string>& tables = store.connector->Tables();
  const auto reached = std::find(tables.begin(), tables.end(), cursor.table());
  if (reached == tables.end()) return absl::FailedPreconditionError("the cursor's table is gone");
  const auto self = std::find(tables.begin(), tables.end(), table);
  if (self == reached) {
    plan.erased =
        DigestChain(order_.digest_key(), cursor.chain(), cursor.records(), cursor.bytes());
    plan.after = cursor.after();
  } else if (self > reached) {
    plan.erased = DigestChain(order_.digest_key(), manifest->root_digest(), manifest->records(),
                              manifest->bytes());
  }
  return plan;
}

absl::Status PurgeJob::CheckRest(ClaimedStore& store, TablePlan& plan) {
  plan.ranges.clear();
  plan.whole = true;
  DigestChain chain = plan.erased;
  ASSIGN_OR_RETURN(const std::unique_ptr<Digester> digester,
                   store.connector->Digest(plan.table, {plan.after, ""}, order_.digest_key()));
  for (;;) {
    RETURN_IF_ERROR(CheckStop(environment_));
    ASSIGN_OR_RETURN(RangeDigest range, digester->Next());
    if (range.record_count == 0) break;
    chain.Add(range);
    plan.whole = plan.whole && Keep(range);
    if (plan.whole) plan.ranges.push_back(std::move(range));
    RETURN_IF_ERROR(REALM_FAILPOINT("purge.after-check-range"));
  }
  if (chain.Matches(plan.manifest)) return absl::OkStatus();
  return NotVerified(store, plan.table,
                     absl::StrCat(chain.records(), " records are or were there, ",
                                  plan.manifest.records(), " were verified",
                                  chain.records() == plan.manifest.records() ? " as others" : ""));
}

bool PurgeJob::Keep(const RangeDigest& range) {
  if (planned_bytes_ > kPlannedBytesMax) return false;
  planned_bytes_ += SizeOf(range);
  return true;
}

absl::Status PurgeJob::EraseTable(ClaimedStore& store, TablePlan& plan) {
  for (;;) {
    if (Seeded(SeededBug::kPurgeLeavesTail) && !plan.ranges.empty()) plan.ranges.pop_back();
    for (const RangeDigest& range : plan.ranges) {
      RETURN_IF_ERROR(EraseRange(store, plan, range));
      planned_bytes_ -= SizeOf(range);
    }
    if (plan.whole) return absl::OkStatus();
    RETURN_IF_ERROR(CheckRest(store, plan));
  }
}

absl::Status PurgeJob::EraseRange(ClaimedStore& store, TablePlan& plan, const RangeDigest& range) {
  RETURN_IF_ERROR(CheckStop(environment_));
  plan.erased.Add(range);
  plan.after = range.range.last;
  if (Seeded(SeededBug::kPurgeCursorFirst)) {
    RETURN_IF_ERROR(store.connector->SaveCursor(token_, Cursor(plan)));
  }
  RETURN_IF_ERROR(REALM_FAILPOINT("purge.before-range"));
  const absl::Status erased =
      store.connector->EraseVerified(token_, plan.table, range, order_.digest_key(), Cursor(plan));
  if (absl::IsFailedPrecondition(erased)) return NotVerified(store, plan.table, erased.message());
  RETURN_IF_ERROR(erased);
  Count(range);
  RETURN_IF_ERROR(REALM_FAILPOINT("purge.after-range"));
  return absl::OkStatus();
}

std::string PurgeJob::Cursor(const TablePlan& plan) const {
  store::v1::JobCursor cursor;
  cursor.set_migration_id(order_.ref().migration_id());
  store::v1::PurgeCursor& purge = *cursor.mutable_purge();
  purge.set_table(plan.table);
  purge.set_after(plan.after);
  purge.set_chain(plan.erased.value());
  purge.set_records(plan.erased.records());
  purge.set_bytes(plan.erased.bytes());
  return cursor.SerializeAsString();
}

absl::Status PurgeJob::ProveEmpty(ClaimedStore& store) {
  ASSIGN_OR_RETURN(const int64_t left, CountLeft(*store.connector, order_.digest_key()));
  result_.records_left += left;
  if (Seeded(SeededBug::kPurgeLeavesTail)) result_.records_left = 0;
  if (left == 0 || Seeded(SeededBug::kPurgeLeavesTail)) return store.connector->Sync();
  return NotVerified(store, "", absl::StrCat(left, " found by the last re-scan"));
}

void PurgeJob::Count(const RangeDigest& range) {
  counters_.records_done += range.record_count;
  counters_.records_erased += range.record_count;
  counters_.bytes_done += range.byte_count;
  environment_.progress->Update(counters_);
}

}  // namespace realm::worker
