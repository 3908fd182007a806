#include "worker/job/comparison.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "common/failpoint.h"
#include "common/seeded_bug.h"
#include "common/status_macros.h"
#include "worker/job/target_digests.h"

namespace realm::worker {
namespace {

// Bounds what is remembered of one pass; the tables' reverse order is kept within as many.
constexpr size_t kExtrasMax = 4096;

}  // namespace

Comparison::Comparison(const v1::JobOrder& order, const JobEnvironment& environment,
                       PageCopier& copier)
    : order_(order), environment_(environment), copier_(copier) {}

absl::StatusOr<PassResult> Comparison::Pass(ClaimedStore& store) {
  result_ = PassResult();
  for (const std::string& table : store.connector->Tables()) {
    ASSIGN_OR_RETURN(v1::TableManifest manifest, CompareTable(store, table));
    result_.manifest.push_back(std::move(manifest));
  }
  RETURN_IF_ERROR(RewriteExtras(store));
  if (result_.differing > 0) RETURN_IF_ERROR(copier_.SaveFilled(store));
  return std::move(result_);
}

absl::StatusOr<v1::TableManifest> Comparison::CompareTable(ClaimedStore& store,
                                                           absl::string_view table) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Digester> source,
                   environment_.source->ReadDigests(store.dataset, table, {}));
  DigestChain source_chain(order_.digest_key());
  TargetDigests target(*store.connector, table, order_.digest_key());
  DigestChain target_chain(order_.digest_key());
  std::string last;
  for (;;) {
    RETURN_IF_ERROR(CheckStop(environment_));
    ASSIGN_OR_RETURN(const RangeDigest range, source->Next());
    if (range.record_count == 0) break;
    // Records between two ranges would be compared by nobody.
    if (range.range.after != last) {
      return absl::InvalidArgumentError("the source's ranges do not follow one another");
    }
    ASSIGN_OR_RETURN(RangeDigest found, target.Of(range));
    if (Seeded(SeededBug::kVerifierBelievesCopier)) found = range;
    source_chain.Add(range);
    target_chain.Add(found);
    RETURN_IF_ERROR(CompareRange(store, table, range, found));
    last = range.range.last;
    Count(range);
    RETURN_IF_ERROR(REALM_FAILPOINT("copy.after-range"));
  }
  RETURN_IF_ERROR(CompareTail(store, table, last));
  if (source_chain.value() != target_chain.value() && result_.differing == 0) {
    return absl::InternalError("the chains differ though no range does");
  }
  return source_chain.ToManifest(store.dataset.value(), table);
}

absl::Status Comparison::CompareRange(ClaimedStore& store, absl::string_view table,
                                      const RangeDigest& source, const RangeDigest& target) {
  if (SameRecords(source, target)) return absl::OkStatus();
  ++result_.differing;
  RETURN_IF_ERROR(
      copier_.CopyRange(store, table, source.range, store::v1::CopyCursor::STAGE_REPAIRING));
  ASSIGN_OR_RETURN(const bool equal, Equal(store, table, source.range));
  if (!equal) extras_.push_back({std::string(table), source.range});
  if (extras_.size() >= kExtrasMax) return RewriteExtras(store);
  return absl::OkStatus();
}

absl::Status Comparison::CompareTail(ClaimedStore& store, absl::string_view table,
                                     absl::string_view last) {
  const KeyRange tail = {std::string(last), ""};
  ASSIGN_OR_RETURN(const bool empty, Empty(store, table, tail));
  if (empty || Seeded(SeededBug::kTailNotCompared)) return absl::OkStatus();
  ++result_.differing;
  extras_.push_back({std::string(table), tail});
  return absl::OkStatus();
}

absl::Status Comparison::RewriteExtras(ClaimedStore& store) {
  std::reverse(extras_.begin(), extras_.end());
  for (const Extra& extra : std::exchange(extras_, {})) {
    RETURN_IF_ERROR(copier_.EraseRange(store, extra.table, extra.range));
    RETURN_IF_ERROR(
        copier_.CopyRange(store, extra.table, extra.range, store::v1::CopyCursor::STAGE_REPAIRING));
    ASSIGN_OR_RETURN(const bool equal, Equal(store, extra.table, extra.range));
    if (!equal) ++result_.unsettled;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Comparison::Equal(ClaimedStore& store, absl::string_view table,
                                       const KeyRange& range) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Digester> source,
                   environment_.source->ReadDigests(store.dataset, table, range));
  std::string last = range.after;
  for (;;) {
    RETURN_IF_ERROR(CheckStop(environment_));
    ASSIGN_OR_RETURN(const RangeDigest expected, source->Next());
    if (expected.record_count == 0) break;
    if (expected.range.after != last) return false;
    ASSIGN_OR_RETURN(const RangeDigest actual,
                     store.connector->DigestOf(table, expected.range, order_.digest_key(),
                                               expected.record_count));
    if (!SameRecords(expected, actual)) return false;
    last = expected.range.last;
  }
  if (last == range.last && !last.empty()) return true;
  return Empty(store, table, {last, range.last});
}

absl::StatusOr<bool> Comparison::Empty(ClaimedStore& store, absl::string_view table,
                                       const KeyRange& range) {
  ASSIGN_OR_RETURN(const RangeDigest found,
                   store.connector->DigestOf(table, range, order_.digest_key(), 0));
  return found.record_count == 0;
}

void Comparison::Count(const RangeDigest& range) {
  compared_ += range.record_count;
  Counters& counters = copier_.counters();
  counters.records_done = std::max(counters.records_done, compared_);
  copier_.Report();
}

}  // namespace realm::worker
