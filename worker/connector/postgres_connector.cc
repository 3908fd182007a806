#include "worker/connector/postgres_connector.h"

#include <atomic>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "common/limits.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "worker/connector/postgres_connection.h"
#include "worker/connector/postgres_control.h"
#include "worker/connector/postgres_digest.h"
#include "worker/connector/postgres_erase.h"
#include "worker/connector/postgres_guard.h"
#include "worker/connector/postgres_query.h"
#include "worker/connector/postgres_reader.h"
#include "worker/connector/postgres_schema.h"
#include "worker/connector/postgres_writer.h"

namespace realm::worker {
namespace {

using Durability = PostgresTransaction::Durability;

constexpr absl::string_view kPostgresKind = "postgres";
// Up to this many rows are counted, more are estimated.
constexpr int64_t kExactRows = 100'000;

// A session for changes and control, made anew when it was lost.
class Session {
 public:
  explicit Session(Secret connection_string) : connection_string_(std::move(connection_string)) {}

  absl::StatusOr<std::unique_ptr<PostgresConnection>> Connect() const {
    return PostgresConnection::Open(connection_string_);
  }

  absl::StatusOr<PostgresConnection*> Get() {
    if (connection_ != nullptr && connection_->IsUsable()) return connection_.get();
    ASSIGN_OR_RETURN(connection_, Connect());
    // Changes as replication makes them: no triggers of the app, no foreign keys checked row by
    // row.
    const absl::Status status = connection_->Run("SET session_replication_role = replica");
    if (!status.ok() && PostgresStateOf(status) != kPostgresInsufficientPrivilege) return status;
    return connection_.get();
  }

 private:
  const Secret connection_string_;
  std::unique_ptr<PostgresConnection> connection_;
};

class PostgresConnector : public Connector {
 public:
  PostgresConnector(std::unique_ptr<Session> session, std::vector<PostgresTable> tables,
                    PostgresControlKey key)
      : session_(std::move(session)),
        schema_(std::move(tables)),
        key_(std::move(key)),
        writer_([this] { return session_->Get(); }, key_) {
    for (const PostgresTable& table : schema_)
      names_.push_back(table.name);
  }

  const std::vector<std::string>& Tables() const override { return names_; }
  absl::StatusOr<std::string> SchemaFingerprint() override { return PostgresFingerprint(schema_); }
  absl::StatusOr<Estimate> EstimateTable(absl::string_view table) override;
  absl::StatusOr<std::unique_ptr<Reader>> Read(absl::string_view table,
                                               const KeyRange& range) override;
  absl::StatusOr<std::unique_ptr<Digester>> Digest(absl::string_view table, const KeyRange& range,
                                                   absl::string_view key) override;
  absl::StatusOr<RangeDigest> DigestOf(absl::string_view table, const KeyRange& range,
                                       absl::string_view key, int64_t record_limit) override;
  absl::StatusOr<Control> GetControl() override;
  absl::Status RaiseFence(const Token& token) override;
  absl::Status SetAccess(uint64_t generation, uint64_t epoch, Access access) override;
  absl::Status Write(const Token& token, absl::string_view table, const Page& page,
                     absl::string_view cursor) override;
  absl::StatusOr<int64_t> Erase(const Token& token, absl::string_view table, const KeyRange& range,
                                int64_t record_limit, absl::string_view cursor) override;
  absl::Status EraseVerified(const Token& token, absl::string_view table,
                             const RangeDigest& expected, absl::string_view key,
                             absl::string_view cursor) override;
  absl::Status SaveCursor(const Token& token, absl::string_view cursor) override;
  absl::Status Sync() override { return writer_.Sync(); }
  absl::Status CheckReferences() override;

 private:
  absl::StatusOr<const PostgresTable*> Find(absl::string_view name) const;
  // The session, with no batch open on it.
  absl::StatusOr<PostgresConnection*> Idle();
  const std::string& tenant_key() const { return key_.scope.tenant_key; }

  const std::unique_ptr<Session> session_;
  const std::vector<PostgresTable> schema_;
  const PostgresControlKey key_;
  std::vector<std::string> names_;
  PostgresWriter writer_;  // After what it uses: its batch ends first.
};

absl::StatusOr<const PostgresTable*> PostgresConnector::Find(absl::string_view name) const {
  for (const PostgresTable& table : schema_) {
    if (table.name == name) return &table;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("dataset ", key_.dataset.value(), " has no table ", name));
}

absl::StatusOr<PostgresConnection*> PostgresConnector::Idle() {
  RETURN_IF_ERROR(writer_.Flush());
  return session_->Get();
}

absl::StatusOr<Estimate> PostgresConnector::EstimateTable(absl::string_view name) {
  ASSIGN_OR_RETURN(const PostgresTable* const table, Find(name));
  ASSIGN_OR_RETURN(PostgresConnection* const connection, Idle());
  return EstimatePostgresTable(*connection, *table, tenant_key(), kExactRows);
}

absl::StatusOr<std::unique_ptr<Reader>> PostgresConnector::Read(absl::string_view name,
                                                                const KeyRange& range) {
  ASSIGN_OR_RETURN(const PostgresTable* const table, Find(name));
  RETURN_IF_ERROR(writer_.Flush());
  ASSIGN_OR_RETURN(std::unique_ptr<PostgresConnection> connection, session_->Connect());
  return PostgresReader::Open(std::move(connection), *table, tenant_key(), range);
}

absl::StatusOr<std::unique_ptr<Digester>> PostgresConnector::Digest(absl::string_view name,
                                                                    const KeyRange& range,
                                                                    absl::string_view key) {
  ASSIGN_OR_RETURN(const PostgresTable* const table, Find(name));
  RETURN_IF_ERROR(writer_.Flush());
  ASSIGN_OR_RETURN(std::unique_ptr<PostgresConnection> connection, session_->Connect());
  return PostgresDigester::Open(std::move(connection), *table, tenant_key(), range, key);
}

absl::StatusOr<RangeDigest> PostgresConnector::DigestOf(absl::string_view name,
                                                        const KeyRange& range,
                                                        absl::string_view key,
                                                        int64_t record_limit) {
  ASSIGN_OR_RETURN(const PostgresTable* const table, Find(name));
  ASSIGN_OR_RETURN(PostgresConnection* const connection, Idle());
  return DigestPostgresRange(*connection, *table, tenant_key(), range, key, record_limit);
}

absl::StatusOr<Control> PostgresConnector::GetControl() {
  ASSIGN_OR_RETURN(PostgresConnection* const connection, Idle());
  return GetPostgresControl(*connection, key_);
}

absl::Status PostgresConnector::RaiseFence(const Token& token) {
  ASSIGN_OR_RETURN(PostgresConnection* const connection, Idle());
  RETURN_IF_ERROR(
      RaisePostgresFence(*connection, key_, token, [this] { return session_->Connect(); }));
  writer_.Reset();
  return absl::OkStatus();
}

absl::Status PostgresConnector::SetAccess(uint64_t generation, uint64_t epoch, Access access) {
  ASSIGN_OR_RETURN(PostgresConnection* const connection, Idle());
  return SetPostgresAccess(*connection, key_, generation, epoch, access);
}

absl::Status PostgresConnector::Write(const Token& token, absl::string_view name, const Page& page,
                                      absl::string_view cursor) {
  ASSIGN_OR_RETURN(const PostgresTable* const table, Find(name));
  return writer_.Write(token, *table, page, cursor);
}

absl::StatusOr<int64_t> PostgresConnector::Erase(const Token& token, absl::string_view name,
                                                 const KeyRange& range, int64_t record_limit,
                                                 absl::string_view cursor) {
  ASSIGN_OR_RETURN(const PostgresTable* const table, Find(name));
  ASSIGN_OR_RETURN(PostgresConnection* const connection, Idle());
  return ErasePostgresRange({*connection, writer_, *table, tenant_key(), token, cursor}, range,
                            record_limit);
}

absl::Status PostgresConnector::EraseVerified(const Token& token, absl::string_view name,
                                              const RangeDigest& expected, absl::string_view key,
                                              absl::string_view cursor) {
  ASSIGN_OR_RETURN(const PostgresTable* const table, Find(name));
  ASSIGN_OR_RETURN(PostgresConnection* const connection, Idle());
  return ErasePostgresVerified({*connection, writer_, *table, tenant_key(), token, cursor},
                               expected, key);
}

absl::Status PostgresConnector::SaveCursor(const Token& token, absl::string_view cursor) {
  ASSIGN_OR_RETURN(PostgresConnection* const connection, Idle());
  ASSIGN_OR_RETURN(PostgresTransaction transaction, PostgresTransaction::Begin(*connection));
  RETURN_IF_ERROR(writer_.LockFence(*connection, token));
  return writer_.CommitCursor(*connection, transaction, cursor, Durability::kLater);
}

absl::Status PostgresConnector::CheckReferences() {
  ASSIGN_OR_RETURN(PostgresConnection* const connection, Idle());
  return CheckPostgresReferences(*connection, schema_, tenant_key());
}

class PostgresDataset : public Dataset {
 public:
  explicit PostgresDataset(DatasetOptions options) : options_(std::move(options)) {}

  const DatasetName& name() const override { return options_.name; }
  absl::string_view kind() const override { return kPostgresKind; }

  absl::StatusOr<std::unique_ptr<Connector>> Open(const TenantScope& scope) override {
    auto opened = OpenConnector(scope);
    if (!opened.ok()) {
      return Annotate(opened.status(), absl::StrCat("dataset ", options_.name.value()));
    }
    return opened;
  }

 private:
  absl::StatusOr<std::unique_ptr<Connector>> OpenConnector(TenantScope scope) const {
    if (scope.tenant_key.empty()) {
      return absl::InvalidArgumentError("the tenant key must not be empty");
    }
    auto session = std::make_unique<Session>(options_.connection);
    ASSIGN_OR_RETURN(PostgresConnection* const connection, session->Get());
    RETURN_IF_ERROR(ClaimPostgres(*connection, options_.realm));
    ASSIGN_OR_RETURN(std::vector<PostgresTable> tables,
                     LoadPostgresSchema(*connection, options_.tables));
    ASSIGN_OR_RETURN(scope.tenant_key, Canonical(*connection, tables, scope.tenant_key));
    if (options_.install_guards) {
      RETURN_IF_ERROR(InstallPostgresGuards(*connection, options_.name, tables));
    }
    AdviseOnce(tables);
    const PostgresControlKey key{options_.name, std::move(scope)};
    RETURN_IF_ERROR(GetPostgresControl(*connection, key).status());
    return std::make_unique<PostgresConnector>(std::move(session), std::move(tables), key);
  }

  // The tenant key as the server writes the value: "7" for "007" in a column of
  // numbers. Guards ask for the tenant under that name.
  static absl::StatusOr<std::string> Canonical(PostgresConnection& connection,
                                               const std::vector<PostgresTable>& tables,
                                               const std::string& tenant_key) {
    std::string canonical;
    for (const PostgresTable& table : tables) {
      ASSIGN_OR_RETURN(const PostgresResult result,
                       connection.Query("SELECT $1::text", {{tenant_key, table.tenant.type_oid}}));
      const absl::string_view text = PostgresField(*result, 0, 0);
      if (!canonical.empty() && text != canonical) {
        return absl::FailedPreconditionError(
            absl::StrCat("table ", table.name, " writes the tenant key in another way than ",
                         tables[0].name, "; their tenant columns need one type"));
      }
      canonical = std::string(text);
    }
    return canonical;
  }

  // Once in a worker's life, or each job would say it.
  void AdviseOnce(const std::vector<PostgresTable>& tables) const {
    if (has_advised_.exchange(true)) return;
    for (const PostgresTable& table : tables) {
      const std::string statement = MissingPostgresIndex(table);
      if (statement.empty()) continue;
      Log(Level::kWarning, "table has no index in the order of its move, which large tenants need",
          {{"dataset", options_.name}, {"table", table.name}, {"statement", statement}});
    }
  }

  const DatasetOptions options_;
  mutable std::atomic<bool> has_advised_{false};
};

}  // namespace

absl::StatusOr<std::unique_ptr<Dataset>> MakePostgresDataset(DatasetOptions options) {
  const std::string subject = absl::StrCat("dataset ", options.name.value(), " of kind postgres");
  if (options.connection.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(subject, " needs a connection string"));
  }
  if (!options.path.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(subject, " takes no path; that is for rocksdb"));
  }
  if (options.tables.empty() || options.tables.size() > kTablesPerDatasetMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(subject, " needs 1 to ", kTablesPerDatasetMax, " tables"));
  }
  std::set<absl::string_view> names;
  for (const TableOptions& table : options.tables) {
    if (!names.insert(table.name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(subject, " has the table ", table.name, " twice"));
    }
    if (table.name.empty() || table.tenant_column.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(subject, " has a table without a name or a tenant_column"));
    }
  }
  return std::make_unique<PostgresDataset>(std::move(options));
}

}  // namespace realm::worker
