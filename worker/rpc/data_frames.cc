#include "worker/rpc/data_frames.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "common/digest.h"
#include "common/limits.h"
#include "common/status_macros.h"

namespace realm::worker {
namespace {

// Of a table: more than any store holds, and few enough for the sums of all tables.
constexpr int64_t kEstimateMax = int64_t{1} << 50;
// Of a range, which ends with the record that takes it past kRangeBytesMax.
constexpr int64_t kRangeFrameBytesMax = int64_t{1} << 40;
static_assert(kRangeFrameBytesMax > kRangeBytesMax + kRecordBytesMax, "that may be a large one");

absl::Status CheckCount(absl::string_view field, int64_t count, int64_t least, int64_t most) {
  if (count >= least && count <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the source sent ", field, " ", count, "; it must be ", least, " to ", most));
}

}  // namespace

absl::StatusOr<SourceDataset> FromFrame(const v1::DescribeDatasetResponse& frame) {
  RETURN_IF_ERROR(CheckCount("a number of tables", frame.tables_size(), 0, kTablesPerDatasetMax));
  SourceDataset source;
  source.kind = frame.kind();
  source.schema_fingerprint = frame.schema_fingerprint();
  source.purged = frame.purged();
  source.sealed_generation = frame.sealed_generation();
  for (const v1::TableDescription& table : frame.tables()) {
    RETURN_IF_ERROR(CheckCount("records_estimate", table.records_estimate(), 0, kEstimateMax));
    RETURN_IF_ERROR(CheckCount("bytes_estimate", table.bytes_estimate(), 0, kEstimateMax));
    source.tables.push_back(table.table());
    source.estimates.push_back({table.records_estimate(), table.bytes_estimate(), table.exact()});
  }
  return source;
}

absl::StatusOr<Page> FromFrame(v1::ReadPagesResponse frame) {
  if (frame.end()) return Page();
  // Each record takes a byte at least.
  const auto bytes = static_cast<int64_t>(frame.records().size());
  RETURN_IF_ERROR(CheckCount("a page's record_count", frame.record_count(), 1, bytes));
  Page page;
  page.records = std::move(*frame.mutable_records());
  page.last_key = std::move(*frame.mutable_last_key());
  page.record_count = frame.record_count();
  page.byte_count = bytes;
  return page;
}

absl::StatusOr<RangeDigest> FromFrame(v1::ReadDigestsResponse frame) {
  if (frame.end()) return RangeDigest();
  RETURN_IF_ERROR(CheckCount("a range's record_count", frame.record_count(), 1, kRangeRecords));
  RETURN_IF_ERROR(CheckCount("a range's byte_count", frame.byte_count(), 0, kRangeFrameBytesMax));
  RETURN_IF_ERROR(CheckCount("a digest's length", static_cast<int64_t>(frame.digest().size()),
                             kDigestBytes, kDigestBytes));
  RangeDigest range;
  range.range.after = std::move(*frame.mutable_after());
  range.range.last = std::move(*frame.mutable_last());
  range.record_count = frame.record_count();
  range.byte_count = frame.byte_count();
  range.digest = std::move(*frame.mutable_digest());
  return range;
}

}  // namespace realm::worker
