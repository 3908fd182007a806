// The digest of a whole table, from the digests of its ranges.

#ifndef REALMSHIFT_WORKER_JOB_DIGEST_CHAIN_H_
#define REALMSHIFT_WORKER_JOB_DIGEST_CHAIN_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

#include "realm/v1/types.pb.h"
#include "worker/connector/connector.h"

namespace realm::worker {

// h(0) is 32 zero bytes, h(i) = HMAC-SHA-256(key, h(i-1) || digest of range i). The ranges of
// unchanging data are always the same, so equal tables have equal chains and no others do.
class DigestChain {
 public:
  explicit DigestChain(absl::string_view key);
  // Goes on from a value() and the counts kept beside it.
  DigestChain(absl::string_view key, absl::string_view value, int64_t records, int64_t bytes);

  void Add(const RangeDigest& range);

  const std::string& value() const { return value_; }
  int64_t records() const { return records_; }
  int64_t bytes() const { return bytes_; }

  bool Matches(const v1::TableManifest& manifest) const;
  v1::TableManifest ToManifest(absl::string_view dataset, absl::string_view table) const;

 private:
  std::string key_;
  std::string value_;
  int64_t records_ = 0;
  int64_t bytes_ = 0;
};

// Whether two realms hold the same records in a range.
bool SameRecords(const RangeDigest& a, const RangeDigest& b);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_JOB_DIGEST_CHAIN_H_
