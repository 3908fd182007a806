#include "worker/job/digest_chain.h"

#include "absl/strings/str_cat.h"

#include "common/digest.h"

namespace realm::worker {

DigestChain::DigestChain(absl::string_view key) : key_(key), value_(kDigestBytes, '\0') {}

DigestChain::DigestChain(absl::string_view key, absl::string_view value, int64_t records,
                         int64_t bytes)
    : key_(key), value_(value), records_(records), bytes_(bytes) {}

void DigestChain::Add(const RangeDigest& range) {
  value_ = HmacSha256(key_, absl::StrCat(value_, range.digest));
  records_ += range.record_count;
  bytes_ += range.byte_count;
}

bool DigestChain::Matches(const v1::TableManifest& manifest) const {
  return records_ == manifest.records() && bytes_ == manifest.bytes() &&
         value_ == manifest.root_digest();
}

v1::TableManifest DigestChain::ToManifest(absl::string_view dataset,
                                          absl::string_view table) const {
  v1::TableManifest manifest;
  manifest.set_dataset(std::string(dataset));
  manifest.set_table(std::string(table));
  manifest.set_records(records_);
  manifest.set_bytes(bytes_);
  manifest.set_root_digest(value_);
  return manifest;
}

bool SameRecords(const RangeDigest& a, const RangeDigest& b) {
  return a.record_count == b.record_count && a.byte_count == b.byte_count && a.digest == b.digest;
}

}  // namespace realm::worker
