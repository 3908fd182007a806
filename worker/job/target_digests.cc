#include "worker/job/target_digests.h"

#include "common/status_macros.h"
#include "worker/job/digest_chain.h"

namespace realm::worker {
namespace {

// Opening a stream costs a SQL store a connection.
constexpr int kStreakMin = 2;

}  // namespace

TargetDigests::TargetDigests(Connector& connector, absl::string_view table, absl::string_view key)
    : connector_(connector), table_(table), key_(key) {}

absl::StatusOr<RangeDigest> TargetDigests::Of(const RangeDigest& source) {
  if (stream_ == nullptr && streak_ >= kStreakMin) {
    ASSIGN_OR_RETURN(stream_, connector_.Digest(table_, {source.range.after, ""}, key_));
  }
  if (stream_ != nullptr) {
    ASSIGN_OR_RETURN(RangeDigest target, stream_->Next());
    if (target.range.last == source.range.last) return target;
    stream_ = nullptr;
    streak_ = 0;
  }
  ASSIGN_OR_RETURN(RangeDigest target,
                   connector_.DigestOf(table_, source.range, key_, source.record_count));
  streak_ = SameRecords(source, target) ? streak_ + 1 : 0;
  return target;
}

}  // namespace realm::worker
