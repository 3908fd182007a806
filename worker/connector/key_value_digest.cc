#include "worker/connector/key_value_digest.h"

#include <utility>

#include "common/limits.h"
#include "common/status_macros.h"
#include "worker/connector/encoding.h"

namespace realm::worker {
namespace {

// Begins every digest, so that one of this encoding equals none of another.
constexpr absl::string_view kKeyValueEncoding = "realm key-values 1";

}  // namespace

KeyValueDigester::KeyValueDigester(std::shared_ptr<RocksdbDatabase> database,
                                   absl::string_view tenant_key, const KeyRange& range,
                                   absl::string_view digest_key)
    : database_(std::move(database)),
      tenant_key_(tenant_key),
      scan_(database_->NewScan(tenant_key, range)),
      digest_(digest_key),
      after_(range.after) {}

absl::StatusOr<RangeDigest> KeyValueDigester::Next() {
  return NextUpTo(kRangeRecords, kRangeBytesMax);
}

absl::StatusOr<RangeDigest> KeyValueDigester::NextUpTo(int64_t record_limit, int64_t byte_limit) {
  RangeDigest range;
  range.range = {after_, after_};
  digest_.UpdateSized(kKeyValueEncoding);
  for (; scan_->Valid() && range.record_count < record_limit && range.byte_count < byte_limit;
       scan_->Next()) {
    ASSIGN_OR_RETURN(const absl::string_view key, RecordKey());
    digest_.UpdateSized(key);
    digest_.UpdateSized(scan_->value());
    range.byte_count +=
        2 * KeyedDigest::kLengthBytes + static_cast<int64_t>(key.size() + scan_->value().size());
    ++range.record_count;
    range.range.last.assign(key.data(), key.size());
  }
  RETURN_IF_ERROR(scan_->status());
  after_ = range.range.last;
  range.digest = digest_.Finish();
  return range;
}

absl::StatusOr<absl::string_view> KeyValueDigester::RecordKey() const {
  absl::string_view stored = scan_->stored_key();
  absl::string_view tenant;
  if (!ConsumeSized(stored, tenant) || tenant != tenant_key_ || stored.empty()) {
    return absl::DataLossError("a scan of one tenant met a key that is not this tenant's");
  }
  return stored;
}

}  // namespace realm::worker
