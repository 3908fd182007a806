#include "worker/connector/rocksdb_connector.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

#include "common/digest.h"
#include "common/limits.h"
#include "common/status_macros.h"
#include "worker/connector/control_row.h"
#include "worker/connector/encoding.h"
#include "worker/connector/key_value_digest.h"
#include "worker/connector/key_value_page.h"
#include "worker/connector/rocksdb_database.h"

namespace realm::worker {
namespace {

constexpr absl::string_view kRocksdbKind = "rocksdb";
constexpr absl::string_view kSchema = "realm rocksdb dataset 1";
// Enough records to guess the size of the others from.
constexpr int64_t kEstimateRecords = 1000;

class RocksdbReader : public Reader {
 public:
  RocksdbReader(std::shared_ptr<RocksdbDatabase> database, absl::string_view tenant_key,
                const KeyRange& range)
      : database_(std::move(database)),
        prefix_bytes_(RocksdbDatabase::TenantPrefix(tenant_key).size()),
        scan_(database_->NewScan(tenant_key, range)) {}

  absl::StatusOr<Page> Next() override {
    for (; scan_->Valid() && !builder_.IsFull(); scan_->Next()) {
      const absl::string_view key = scan_->stored_key().substr(prefix_bytes_);
      RETURN_IF_ERROR(CheckRecord(key, scan_->value()));
      builder_.Add(key, scan_->value());
    }
    RETURN_IF_ERROR(scan_->status());
    return builder_.Finish();
  }

 private:
  const std::shared_ptr<RocksdbDatabase> database_;
  const size_t prefix_bytes_;
  const std::unique_ptr<RocksdbDatabase::Scan> scan_;
  KeyValuePageBuilder builder_;
};

class RocksdbConnector : public Connector {
 public:
  RocksdbConnector(std::shared_ptr<RocksdbDatabase> database, TenantScope scope)
      : database_(std::move(database)), scope_(std::move(scope)) {}

  const std::vector<std::string>& Tables() const override { return tables_; }
  absl::StatusOr<std::string> SchemaFingerprint() override { return Sha256(kSchema); }
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
  absl::Status Sync() override { return database_->Sync(); }

 private:
  absl::Mutex& lock() { return database_->TenantLock(scope_.tenant_key); }
  // The control row, or the one that stands for no row.
  absl::StatusOr<ControlRow> GetRow();
  // The control row if `token` is its fence; else ABORTED. REQUIRES: lock().
  absl::StatusOr<ControlRow> GetFencedRow(const Token& token);
  absl::Status Apply(const ControlRow& row, RocksdbDatabase::Batch& batch,
                     RocksdbDatabase::Durability durability);
  absl::StatusOr<RangeDigest> DigestRange(const KeyRange& range, absl::string_view key,
                                          int64_t record_limit);

  const std::shared_ptr<RocksdbDatabase> database_;
  const TenantScope scope_;
  const std::vector<std::string> tables_{""};
};

absl::Status CheckTable(absl::string_view table) {
  if (table.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a rocksdb dataset has one table, named \"\"; there is no table ", table));
}

absl::StatusOr<ControlRow> RocksdbConnector::GetRow() {
  ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                   database_->GetControl(scope_.tenant_key));
  if (!bytes.has_value()) return ControlRow{scope_.app, scope_.tenant, Control()};
  ASSIGN_OR_RETURN(ControlRow row, DecodeControlRow(*bytes));
  RETURN_IF_ERROR(CheckOwner(row, scope_));
  return row;
}

absl::StatusOr<ControlRow> RocksdbConnector::GetFencedRow(const Token& token) {
  ASSIGN_OR_RETURN(ControlRow row, GetRow());
  RETURN_IF_ERROR(CheckFence(row.control, token));
  return row;
}

absl::Status RocksdbConnector::Apply(const ControlRow& row, RocksdbDatabase::Batch& batch,
                                     RocksdbDatabase::Durability durability) {
  batch.PutControl(EncodeControlRow(row));
  return database_->Apply(batch, durability);
}

absl::StatusOr<Estimate> RocksdbConnector::EstimateTable(absl::string_view table) {
  RETURN_IF_ERROR(CheckTable(table));
  Estimate estimate;
  const std::unique_ptr<RocksdbDatabase::Scan> scan =
      database_->NewScan(scope_.tenant_key, KeyRange());
  for (; scan->Valid() && estimate.record_count < kEstimateRecords; scan->Next()) {
    ++estimate.record_count;
    estimate.byte_count += static_cast<int64_t>(scan->stored_key().size() + scan->value().size());
  }
  RETURN_IF_ERROR(scan->status());
  estimate.exact = !scan->Valid();
  if (estimate.exact) return estimate;
  const int64_t record_bytes = estimate.byte_count / estimate.record_count;
  ASSIGN_OR_RETURN(const int64_t bytes, database_->ApproximateBytes(scope_.tenant_key, KeyRange()));
  if (bytes <= estimate.byte_count) return estimate;
  return Estimate{bytes / record_bytes, bytes, /*exact=*/false};
}

absl::StatusOr<std::unique_ptr<Reader>> RocksdbConnector::Read(absl::string_view table,
                                                               const KeyRange& range) {
  RETURN_IF_ERROR(CheckTable(table));
  return std::make_unique<RocksdbReader>(database_, scope_.tenant_key, range);
}

absl::StatusOr<std::unique_ptr<Digester>> RocksdbConnector::Digest(absl::string_view table,
                                                                   const KeyRange& range,
                                                                   absl::string_view key) {
  RETURN_IF_ERROR(CheckTable(table));
  return std::make_unique<KeyValueDigester>(database_, scope_.tenant_key, range, key);
}

absl::StatusOr<RangeDigest> RocksdbConnector::DigestOf(absl::string_view table,
                                                       const KeyRange& range, absl::string_view key,
                                                       int64_t record_limit) {
  RETURN_IF_ERROR(CheckTable(table));
  return DigestRange(range, key, record_limit);
}

absl::StatusOr<RangeDigest> RocksdbConnector::DigestRange(const KeyRange& range,
                                                          absl::string_view key,
                                                          int64_t record_limit) {
  KeyValueDigester digester(database_, scope_.tenant_key, range, key);
  ASSIGN_OR_RETURN(RangeDigest digest, digester.NextUpTo(record_limit + 1, INT64_MAX));
  digest.range = range;
  return digest;
}

absl::StatusOr<Control> RocksdbConnector::GetControl() {
  ASSIGN_OR_RETURN(ControlRow row, GetRow());
  return std::move(row.control);
}

absl::Status RocksdbConnector::RaiseFence(const Token& token) {
  const absl::MutexLock guard(&lock());
  ASSIGN_OR_RETURN(ControlRow row, GetRow());
  RETURN_IF_ERROR(ApplyFence(token, row.control));
  const auto batch = database_->NewBatch(scope_.tenant_key);
  return Apply(row, *batch, RocksdbDatabase::Durability::kSync);
}

absl::Status RocksdbConnector::SetAccess(uint64_t generation, uint64_t epoch, Access access) {
  const absl::MutexLock guard(&lock());
  ASSIGN_OR_RETURN(ControlRow row, GetRow());
  RETURN_IF_ERROR(ApplyAccess(generation, epoch, access, row.control));
  // Also when nothing changes: the order before may have died before its sync.
  const auto batch = database_->NewBatch(scope_.tenant_key);
  return Apply(row, *batch, RocksdbDatabase::Durability::kSync);
}

absl::Status RocksdbConnector::Write(const Token& token, absl::string_view table, const Page& page,
                                     absl::string_view cursor) {
  RETURN_IF_ERROR(CheckTable(table));
  const auto batch = database_->NewBatch(scope_.tenant_key);
  KeyValuePageParser parser(page);
  while (parser.Next())
    batch->Put(parser.key(), parser.value());
  RETURN_IF_ERROR(parser.status());
  const absl::MutexLock guard(&lock());
  ASSIGN_OR_RETURN(ControlRow row, GetFencedRow(token));
  row.control.cursor = std::string(cursor);
  return Apply(row, *batch, RocksdbDatabase::Durability::kKeep);
}

absl::StatusOr<int64_t> RocksdbConnector::Erase(const Token& token, absl::string_view table,
                                                const KeyRange& range, int64_t record_limit,
                                                absl::string_view cursor) {
  RETURN_IF_ERROR(CheckTable(table));
  const size_t prefix_bytes = RocksdbDatabase::TenantPrefix(scope_.tenant_key).size();
  const absl::MutexLock guard(&lock());
  ASSIGN_OR_RETURN(ControlRow row, GetFencedRow(token));
  row.control.cursor = std::string(cursor);
  const auto scan = database_->NewScan(scope_.tenant_key, range);
  int64_t erased = 0;
  std::string last;
  for (; scan->Valid() && erased < record_limit; scan->Next(), ++erased) {
    last = std::string(scan->stored_key().substr(prefix_bytes));
  }
  RETURN_IF_ERROR(scan->status());
  const auto batch = database_->NewBatch(scope_.tenant_key);
  if (erased > 0) batch->EraseRange({range.after, last});
  RETURN_IF_ERROR(Apply(row, *batch, RocksdbDatabase::Durability::kKeep));
  return erased;
}

absl::Status RocksdbConnector::EraseVerified(const Token& token, absl::string_view table,
                                             const RangeDigest& expected, absl::string_view key,
                                             absl::string_view cursor) {
  RETURN_IF_ERROR(CheckTable(table));
  const absl::MutexLock guard(&lock());
  ASSIGN_OR_RETURN(ControlRow row, GetFencedRow(token));
  ASSIGN_OR_RETURN(const RangeDigest found,
                   DigestRange(expected.range, key, expected.record_count));
  if (found.record_count != expected.record_count || found.digest != expected.digest) {
    return absl::FailedPreconditionError(
        absl::StrCat("the range after ", KeyForError(expected.range.after), " is not what was ",
                     "verified: it holds ", found.record_count, " records, ", expected.record_count,
                     " were verified"));
  }
  row.control.cursor = std::string(cursor);
  const auto batch = database_->NewBatch(scope_.tenant_key);
  batch->EraseRange(expected.range);
  return Apply(row, *batch, RocksdbDatabase::Durability::kKeep);
}

absl::Status RocksdbConnector::SaveCursor(const Token& token, absl::string_view cursor) {
  const absl::MutexLock guard(&lock());
  ASSIGN_OR_RETURN(ControlRow row, GetFencedRow(token));
  row.control.cursor = std::string(cursor);
  const auto batch = database_->NewBatch(scope_.tenant_key);
  return Apply(row, *batch, RocksdbDatabase::Durability::kKeep);
}

class RocksdbDataset : public Dataset {
 public:
  explicit RocksdbDataset(DatasetOptions options) : options_(std::move(options)) {}

  const DatasetName& name() const override { return options_.name; }
  absl::string_view kind() const override { return kRocksdbKind; }

  absl::StatusOr<std::unique_ptr<Connector>> Open(const TenantScope& scope) override {
    if (scope.tenant_key.empty()) {
      return absl::InvalidArgumentError("the tenant key must not be empty");
    }
    ASSIGN_OR_RETURN(std::shared_ptr<RocksdbDatabase> database, Database());
    auto connector = std::make_unique<RocksdbConnector>(std::move(database), scope);
    RETURN_IF_ERROR(connector->GetControl().status());
    return connector;
  }

 private:
  // Opened by the first that needs it and kept: opening takes a while.
  absl::StatusOr<std::shared_ptr<RocksdbDatabase>> Database() {
    const absl::MutexLock guard(&lock_);
    if (database_ != nullptr) return database_;
    ASSIGN_OR_RETURN(std::shared_ptr<RocksdbDatabase> database,
                     RocksdbDatabase::Open(options_.path));
    RETURN_IF_ERROR(database->Claim(options_.realm.value(), options_.name.value()));
    database_ = std::move(database);
    return database_;
  }

  const DatasetOptions options_;
  absl::Mutex lock_;
  std::shared_ptr<RocksdbDatabase> database_ ABSL_GUARDED_BY(lock_);
};

}  // namespace

absl::StatusOr<std::unique_ptr<Dataset>> MakeRocksdbDataset(DatasetOptions options) {
  const std::string subject = absl::StrCat("dataset ", options.name.value(), " of kind rocksdb");
  if (options.path.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(subject, " needs a path, its folder"));
  }
  if (!options.connection.empty() || !options.tables.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(subject, " takes a path only; a connection and tables are for postgres"));
  }
  return std::make_unique<RocksdbDataset>(std::move(options));
}

}  // namespace realm::worker
