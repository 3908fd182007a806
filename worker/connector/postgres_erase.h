// Removing one tenant's rows of one table, under the fence.
#ifndef REALMSHIFT_WORKER_CONNECTOR_POSTGRES_ERASE_H_
#define REALMSHIFT_WORKER_CONNECTOR_POSTGRES_ERASE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "worker/connector/connector.h"
#include "worker/connector/postgres_connection.h"
#include "worker/connector/postgres_schema.h"
#include "worker/connector/postgres_writer.h"

namespace realm::worker {

// What an erasure works on. `writer` has no batch open.
struct PostgresErasure {
  PostgresConnection& connection;
  PostgresWriter& writer;
  const PostgresTable& table;
  const std::string& tenant_key;
  Token token;
  absl::string_view cursor;
};

// Connector::Erase.
absl::StatusOr<int64_t> ErasePostgresRange(const PostgresErasure& erasure, const KeyRange& range,
                                           int64_t record_limit);

// Connector::EraseVerified. Digest and deletion see one moment: if a row changes
// in between, the server refuses the deletion, and the call may be repeated.
absl::Status ErasePostgresVerified(const PostgresErasure& erasure, const RangeDigest& expected,
                                   absl::string_view key);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_POSTGRES_ERASE_H_
