#include "worker/job/copy_job.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/failpoint.h"
#include "common/limits.h"
#include "common/seeded_bug.h"
#include "common/status_macros.h"
#include "worker/job/comparison.h"

namespace realm::worker {

using store::v1::CopyCursor;

namespace {

// Ranges that their tenant never leaves alone long enough to be found equal, and that are left to
// the last pass: it writes them again under the seal, which bounds how long that lasts.
constexpr int64_t kRestlessRangesMax = 4;

}  // namespace

CopyJob::CopyJob(const v1::JobOrder& order, const JobEnvironment& environment)
    : order_(order),
      environment_(environment),
      token_(TokenOf(order, environment)),
      copier_(order, environment) {}

absl::Status CopyJob::Run() {
  const absl::Status status = Copy();
  if (absl::IsCancelled(status)) KeepCheckpoints();
  return status;
}

absl::Status CopyJob::Copy() {
  copier_.counters().phase = "copying";
  ASSIGN_OR_RETURN(stores_, ClaimStores(*environment_.stores, order_, token_));
  copier_.Resume(stores_);
  RETURN_IF_ERROR(REALM_FAILPOINT("copy.after-raise"));
  RETURN_IF_ERROR(CheckNotOpened(stores_));
  RETURN_IF_ERROR(CheckFit());
  if (!Seeded(SeededBug::kGateLeftOpen)) RETURN_IF_ERROR(CloseGates());
  RETURN_IF_ERROR(REALM_FAILPOINT("copy.after-gates"));
  if (order_.seal_source() && !Seeded(SeededBug::kSealSkipped)) RETURN_IF_ERROR(SealSource());
  for (ClaimedStore& store : stores_)
    RETURN_IF_ERROR(Fill(store));
  RETURN_IF_ERROR(REALM_FAILPOINT("copy.after-fill"));
  copier_.counters().phase = "verifying";
  copier_.Report();
  for (ClaimedStore& store : stores_) {
    RETURN_IF_ERROR(Annotate(Settle(store), store.dataset.value()));
  }
  if (order_.seal_source()) RETURN_IF_ERROR(CheckReferences());
  RETURN_IF_ERROR(REALM_FAILPOINT("copy.before-report"));
  return absl::OkStatus();
}

absl::Status CopyJob::CheckFit() {
  for (ClaimedStore& store : stores_) {
    RETURN_IF_ERROR(Annotate(CheckSource(store), store.dataset.value()));
    RETURN_IF_ERROR(CheckLeftovers(store));
  }
  return absl::OkStatus();
}

absl::Status CopyJob::CloseGates() {
  for (ClaimedStore& store : stores_) {
    RETURN_IF_ERROR(CloseAccess(*store.connector, token_.generation, token_.epoch));
    // Again, now that nobody can add any: what is found later is taken for stale and erased.
    RETURN_IF_ERROR(CheckLeftovers(store));
  }
  return absl::OkStatus();
}

absl::Status CopyJob::CheckSource(const ClaimedStore& store) {
  ASSIGN_OR_RETURN(const SourceDataset source, environment_.source->Describe(store.dataset));
  RETURN_IF_ERROR(CheckLivesHere(source, order_.scheduled_generation()));
  if (source.kind != store.kind) {
    return absl::FailedPreconditionError(
        absl::StrCat("the source is kept by ", source.kind, " and the target by ", store.kind));
  }
  ASSIGN_OR_RETURN(const std::string fingerprint, store.connector->SchemaFingerprint());
  if (source.schema_fingerprint != fingerprint || source.tables != store.connector->Tables()) {
    return absl::FailedPreconditionError("the schemas of source and target differ");
  }
  Counters& counters = copier_.counters();
  counters.totals_exact = true;
  for (const Estimate& estimate : source.estimates) {
    counters.records_total_estimate += estimate.record_count;
    counters.bytes_total_estimate += estimate.byte_count;
    counters.totals_exact = counters.totals_exact && estimate.exact;
  }
  copier_.Report();
  return absl::OkStatus();
}

absl::Status CopyJob::CheckLeftovers(ClaimedStore& store) {
  if (store.cursor.has_copy()) return absl::OkStatus();
  for (const std::string& table : store.connector->Tables()) {
    ASSIGN_OR_RETURN(const RangeDigest found,
                     store.connector->DigestOf(table, {}, order_.digest_key(), kRangeRecords));
    if (found.record_count == 0) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "the target already holds ", found.record_count > kRangeRecords ? "more than " : "",
        std::min<int64_t>(found.record_count, kRangeRecords), " records of this tenant in table '",
        table, "' of dataset ", store.dataset.value(), ", not written by this migration"));
  }
  return absl::OkStatus();
}

absl::Status CopyJob::SealSource() {
  RETURN_IF_ERROR(REALM_FAILPOINT("copy.before-seal"));
  RETURN_IF_ERROR(CheckStop(environment_));
  std::vector<DatasetName> datasets;
  for (const std::string& name : order_.seal_datasets())
    datasets.emplace_back(name);
  RETURN_IF_ERROR(Annotate(environment_.source->Seal(datasets), "seal the source"));
  RETURN_IF_ERROR(REALM_FAILPOINT("copy.after-seal"));
  return absl::OkStatus();
}

absl::Status CopyJob::Fill(ClaimedStore& store) {
  const CopyCursor& cursor = store.cursor.copy();
  if (cursor.stage() == CopyCursor::STAGE_REPAIRING) return FinishRepair(store);
  if (cursor.stage() == CopyCursor::STAGE_COMPARING) return absl::OkStatus();
  const std::vector<std::string>& tables = store.connector->Tables();
  auto table = tables.begin();
  KeyRange rest;
  if (cursor.stage() == CopyCursor::STAGE_FILLING) {
    table = std::find(tables.begin(), tables.end(), cursor.table());
    if (table == tables.end()) return absl::FailedPreconditionError("the cursor's table is gone");
    rest.after = cursor.after();
  }
  for (; table != tables.end(); ++table, rest = KeyRange()) {
    RETURN_IF_ERROR(copier_.CopyRange(store, *table, rest, CopyCursor::STAGE_FILLING));
  }
  return copier_.SaveFilled(store);
}

absl::Status CopyJob::FinishRepair(ClaimedStore& store) {
  const CopyCursor& cursor = store.cursor.copy();
  return copier_.CopyRange(store, cursor.table(), {cursor.after(), cursor.last()},
                           CopyCursor::STAGE_REPAIRING);
}

absl::Status CopyJob::Settle(ClaimedStore& store) {
  Comparison comparison(order_, environment_, copier_);
  for (int pass = 1; pass <= kCopyPassesMax; ++pass) {
    ASSIGN_OR_RETURN(PassResult result, comparison.Pass(store));
    const bool settled =
        order_.seal_source()
            ? result.differing == 0
            : result.unsettled == 0 || (pass > 1 && result.unsettled <= kRestlessRangesMax);
    if (!settled) continue;
    std::move(result.manifest.begin(), result.manifest.end(), std::back_inserter(result_.manifest));
    RETURN_IF_ERROR(REALM_FAILPOINT("copy.before-sync"));
    RETURN_IF_ERROR(store.connector->Sync());
    RETURN_IF_ERROR(REALM_FAILPOINT("copy.after-sync"));
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError("the source changes faster than it can be copied");
}

absl::Status CopyJob::CheckReferences() {
  for (ClaimedStore& store : stores_) {
    RETURN_IF_ERROR(Annotate(store.connector->CheckReferences(), store.dataset.value()));
  }
  return absl::OkStatus();
}

// A store may gather several pages in one transaction. Those it has are not to be sent again by
// whoever goes on; a store that has been fenced meanwhile refuses them.
void CopyJob::KeepCheckpoints() {
  for (ClaimedStore& store : stores_) {
    if (absl::IsAborted(store.connector->Sync())) ++result_.fenced_count;
  }
}

}  // namespace realm::worker
