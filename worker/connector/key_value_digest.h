// Digests of ranges of a key-value store: the second way to read it, which
// shares no decoding with pages.
#ifndef REALMSHIFT_WORKER_CONNECTOR_KEY_VALUE_DIGEST_H_
#define REALMSHIFT_WORKER_CONNECTOR_KEY_VALUE_DIGEST_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/digest.h"
#include "worker/connector/connector.h"
#include "worker/connector/rocksdb_database.h"

namespace realm::worker {

// Digests consecutive ranges of one scan.
//
// Thread safety: one thread at a time.
class KeyValueDigester : public Digester {
 public:
  // Keeps `database` open for as long as the scan needs it.
  KeyValueDigester(std::shared_ptr<RocksdbDatabase> database, absl::string_view tenant_key,
                   const KeyRange& range, absl::string_view digest_key);

  absl::StatusOr<RangeDigest> Next() override;

  // The next records, at most this many of them and about this many bytes.
  // DATA_LOSS: the scan met a stored key that is not this tenant's.
  absl::StatusOr<RangeDigest> NextUpTo(int64_t record_limit, int64_t byte_limit);

 private:
  absl::StatusOr<absl::string_view> RecordKey() const;

  const std::shared_ptr<RocksdbDatabase> database_;
  const std::string tenant_key_;
  const std::unique_ptr<RocksdbDatabase::Scan> scan_;
  KeyedDigest digest_;
  std::string after_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_KEY_VALUE_DIGEST_H_
