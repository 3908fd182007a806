// Pages of one table by binary COPY.
#ifndef REALMSHIFT_WORKER_CONNECTOR_POSTGRES_READER_H_
#define REALMSHIFT_WORKER_CONNECTOR_POSTGRES_READER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "worker/connector/connector.h"
#include "worker/connector/postgres_connection.h"
#include "worker/connector/postgres_page.h"
#include "worker/connector/postgres_schema.h"

namespace realm::worker {

// One COPY over the whole range, so that all pages are of one moment, cut where a
// page is full. Holds at most one page and one row.
//
// Thread safety: one thread at a time.
class PostgresReader : public Reader {
 public:
  // `connection` is this reader's alone from now on.
  static absl::StatusOr<std::unique_ptr<Reader>> Open(
      std::unique_ptr<PostgresConnection> connection, const PostgresTable& table,
      const std::string& tenant_key, const KeyRange& range);

  absl::StatusOr<Page> Next() override;

 private:
  PostgresReader(std::unique_ptr<PostgresConnection> connection, const PostgresTable& table);

  const std::unique_ptr<PostgresConnection> connection_;
  const std::string table_name_;
  PostgresPageBuilder builder_;
  bool is_at_end_ = false;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_POSTGRES_READER_H_
