// Digests of ranges of one table, read by a plain SELECT: other code of the
// server and of libpq than COPY's, and another decoder here.
#ifndef REALMSHIFT_WORKER_CONNECTOR_POSTGRES_DIGEST_H_
#define REALMSHIFT_WORKER_CONNECTOR_POSTGRES_DIGEST_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/digest.h"
#include "worker/connector/connector.h"
#include "worker/connector/postgres_connection.h"
#include "worker/connector/postgres_schema.h"

namespace realm::worker {

// Digests rows of one table, one after the other, and cuts them into ranges.
//
// Thread safety: one thread at a time.
class PostgresRowDigest {
 public:
  PostgresRowDigest(const PostgresTable& table, const KeyRange& range, absl::string_view key);

  // `row`: one row of all of the table's `digested` columns, binary.
  void Add(const pg_result& row);
  const RangeDigest& range() const { return range_; }
  // The range so far; the next one begins after it.
  RangeDigest Finish();

 private:
  void Begin(std::string after);

  const PostgresTable& table_;
  std::vector<int> key_positions_;  // Of the key columns among the digested ones.
  KeyedDigest digest_;
  RangeDigest range_;
};

// One SELECT over the whole range, row by row.
//
// Thread safety: one thread at a time.
class PostgresDigester : public Digester {
 public:
  // `connection` is this digester's alone from now on.
  static absl::StatusOr<std::unique_ptr<Digester>> Open(
      std::unique_ptr<PostgresConnection> connection, PostgresTable table,
      const std::string& tenant_key, const KeyRange& range, absl::string_view key);

  absl::StatusOr<RangeDigest> Next() override;

 private:
  PostgresDigester(std::unique_ptr<PostgresConnection> connection, PostgresTable table,
                   const KeyRange& range, absl::string_view key);

  const std::unique_ptr<PostgresConnection> connection_;
  const PostgresTable table_;
  PostgresRowDigest rows_;
  bool is_at_end_ = false;
};

// The digest of exactly `range`, of at most `record_limit` + 1 records. Leaves `connection`, and a
// transaction that is open on it, as they were.
absl::StatusOr<RangeDigest> DigestPostgresRange(PostgresConnection& connection,
                                                const PostgresTable& table,
                                                const std::string& tenant_key,
                                                const KeyRange& range, absl::string_view key,
                                                int64_t record_limit);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_POSTGRES_DIGEST_H_
