#include "worker/connector/rocksdb_database.h"

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "common/strings.h"
#include "worker/connector/encoding.h"

namespace realm::worker {
namespace {

constexpr char kControlFamily[] = "realm";
constexpr char kMarkerKey[] = "marker";
// Control rows sort after the marker; no tenant key can collide with it.
constexpr char kControlPrefix[] = "tenant/";
constexpr uint8_t kMarkerFormat = 1;
// A tenant's writers wait for each other; two tenants rarely do.
constexpr size_t kLockCount = 64;

// A worker's memory must not grow with a tenant: two buffers of this size are
// all that waits to be flushed.
constexpr size_t kWriteBufferBytes = 16 << 20;
constexpr size_t kReadaheadBytes = 1 << 20;
constexpr int kOpenFilesMax = 256;

absl::Status ToStatus(const rocksdb::Status& status, absl::string_view path) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = absl::StrCat("RocksDB at ", path, ": ", status.ToString());
  if (status.IsCorruption()) return absl::DataLossError(text);
  if (status.IsInvalidArgument() || status.IsNotSupported()) {
    return absl::FailedPreconditionError(text);
  }
  return absl::UnavailableError(text);
}

rocksdb::ColumnFamilyOptions FamilyOptions() {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = kWriteBufferBytes;
  options.compression = rocksdb::kLZ4Compression;
  return options;
}

rocksdb::DBOptions DatabaseOptions() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_open_files = kOpenFilesMax;
  options.keep_log_file_num = 2;
  options.info_log_level = rocksdb::WARN_LEVEL;
  // After a power cut the store is a prefix of what was applied, so that cursor
  // and records still belong together.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  return options;
}

// The smallest string that is larger than everything that begins with `prefix`.
// Such a string exists: a prefix begins with a length, which is never all ones.
std::string AfterPrefix(std::string prefix) {
  while (static_cast<uint8_t>(prefix.back()) == 0xff)
    prefix.pop_back();
  prefix.back() = static_cast<char>(static_cast<uint8_t>(prefix.back()) + 1);
  return prefix;
}

// Stored keys in [begin, end).
struct Bounds {
  Bounds(const std::string& prefix, const KeyRange& range)
      : begin(range.after.empty() ? prefix : absl::StrCat(prefix, range.after, kZero)),
        end(range.last.empty() ? AfterPrefix(prefix) : absl::StrCat(prefix, range.last, kZero)) {}

  // A key with a zero byte added is the next key there can be.
  static constexpr absl::string_view kZero{"\0", 1};
  std::string begin;
  std::string end;
};

class RocksdbScan : public RocksdbDatabase::Scan {
 public:
  RocksdbScan(rocksdb::DB& database, Bounds bounds, std::string path)
      : bounds_(std::move(bounds)), end_(bounds_.end), path_(std::move(path)) {
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &end_;
    options.fill_cache = false;
    options.readahead_size = kReadaheadBytes;
    iterator_.reset(database.NewIterator(options));
    iterator_->Seek(bounds_.begin);
  }

  bool Valid() const override { return iterator_->Valid(); }
  void Next() override { iterator_->Next(); }
  absl::string_view stored_key() const override { return ToView(iterator_->key()); }
  absl::string_view value() const override { return ToView(iterator_->value()); }
  absl::Status status() const override { return ToStatus(iterator_->status(), path_); }

 private:
  const Bounds bounds_;
  const rocksdb::Slice end_;
  const std::string path_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

class RocksdbBatch : public RocksdbDatabase::Batch {
 public:
  RocksdbBatch(absl::string_view tenant_key, rocksdb::ColumnFamilyHandle* control)
      : prefix_(RocksdbDatabase::TenantPrefix(tenant_key)),
        control_key_(absl::StrCat(kControlPrefix, tenant_key)),
        control_(control) {}

  void Put(absl::string_view key, absl::string_view value) override {
    const std::array<rocksdb::Slice, 2> key_parts{rocksdb::Slice(prefix_),
                                                  rocksdb::Slice(ToStd(key))};
    const rocksdb::Slice value_part(ToStd(value));
    changes_.Put(rocksdb::SliceParts(key_parts.data(), 2), rocksdb::SliceParts(&value_part, 1));
  }
  void Erase(absl::string_view key) override { changes_.Delete(absl::StrCat(prefix_, key)); }
  void EraseRange(const KeyRange& range) override {
    const Bounds bounds(prefix_, range);
    if (bounds.begin < bounds.end) changes_.DeleteRange(bounds.begin, bounds.end);
  }
  void PutControl(absl::string_view row) override {
    changes_.Put(control_, control_key_, rocksdb::Slice(ToStd(row)));
  }

  rocksdb::WriteBatch& changes() { return changes_; }

 private:
  const std::string prefix_;
  const std::string control_key_;
  rocksdb::ColumnFamilyHandle* const control_;
  rocksdb::WriteBatch changes_;
};

class OpenDatabase : public RocksdbDatabase {
 public:
  explicit OpenDatabase(std::string path) : path_(std::move(path)) {}
  ~OpenDatabase() override;

  absl::Status OpenFiles();

  std::unique_ptr<Scan> NewScan(absl::string_view tenant_key, const KeyRange& range) override {
    return std::make_unique<RocksdbScan>(*database_, Bounds(TenantPrefix(tenant_key), range),
                                         path_);
  }
  std::unique_ptr<Batch> NewBatch(absl::string_view tenant_key) override {
    return std::make_unique<RocksdbBatch>(tenant_key, control_);
  }
  absl::Status Apply(Batch& batch, Durability durability) override;
  absl::StatusOr<std::optional<std::string>> GetRecord(absl::string_view tenant_key,
                                                       absl::string_view key) override {
    return Get(database_->DefaultColumnFamily(), absl::StrCat(TenantPrefix(tenant_key), key));
  }
  absl::StatusOr<std::optional<std::string>> GetControl(absl::string_view tenant_key) override {
    return Get(control_, absl::StrCat(kControlPrefix, tenant_key));
  }
  absl::StatusOr<int64_t> ApproximateBytes(absl::string_view tenant_key,
                                           const KeyRange& range) override;
  absl::Status Claim(absl::string_view realm, absl::string_view dataset) override;
  int64_t CountChanges() const override {
    return static_cast<int64_t>(database_->GetLatestSequenceNumber());
  }

  absl::Status Sync() override { return ToStatus(database_->FlushWAL(/*sync=*/true), path_); }
  absl::Mutex& TenantLock(absl::string_view tenant_key) override {
    return locks_[absl::HashOf(tenant_key) % kLockCount];
  }

 private:
  absl::StatusOr<std::optional<std::string>> Get(rocksdb::ColumnFamilyHandle* family,
                                                 const std::string& key);

  const std::string path_;
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  rocksdb::ColumnFamilyHandle* control_ = nullptr;
  std::array<absl::Mutex, kLockCount> locks_;
  absl::Mutex claim_lock_;
};

absl::Status OpenDatabase::OpenFiles() {
  const std::vector<rocksdb::ColumnFamilyDescriptor> families{
      {rocksdb::kDefaultColumnFamilyName, FamilyOptions()}, {kControlFamily, FamilyOptions()}};
  rocksdb::DB* database = nullptr;
  RETURN_IF_ERROR(ToStatus(
      rocksdb::DB::Open(DatabaseOptions(), path_, families, &families_, &database), path_));
  database_.reset(database);
  control_ = families_[1];
  return absl::OkStatus();
}

OpenDatabase::~OpenDatabase() {
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    database_->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  }
}

absl::Status OpenDatabase::Apply(Batch& batch, Durability durability) {
  rocksdb::WriteBatch& changes = static_cast<RocksdbBatch&>(batch).changes();
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::kSync;
  const absl::Status status = ToStatus(database_->Write(options, &changes), path_);
  changes.Clear();
  return status;
}

absl::StatusOr<std::optional<std::string>> OpenDatabase::Get(rocksdb::ColumnFamilyHandle* family,
                                                             const std::string& key) {
  std::string value;
  const rocksdb::Status status = database_->Get(rocksdb::ReadOptions(), family, key, &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  RETURN_IF_ERROR(ToStatus(status, path_));
  return std::make_optional(std::move(value));
}

absl::StatusOr<int64_t> OpenDatabase::ApproximateBytes(absl::string_view tenant_key,
                                                       const KeyRange& range) {
  const Bounds bounds(TenantPrefix(tenant_key), range);
  const rocksdb::Range stored(bounds.begin, bounds.end);
  rocksdb::SizeApproximationOptions options;
  options.include_memtables = true;
  uint64_t bytes = 0;
  RETURN_IF_ERROR(ToStatus(
      database_->GetApproximateSizes(options, database_->DefaultColumnFamily(), &stored, 1, &bytes),
      path_));
  return static_cast<int64_t>(bytes);
}

absl::Status OpenDatabase::Claim(absl::string_view realm, absl::string_view dataset) {
  std::string ours(1, static_cast<char>(kMarkerFormat));
  AppendSized(realm, ours);
  AppendSized(dataset, ours);
  const absl::MutexLock lock(&claim_lock_);
  ASSIGN_OR_RETURN(const std::optional<std::string> marker, Get(control_, kMarkerKey));
  if (!marker.has_value()) {
    rocksdb::WriteOptions options;
    options.sync = true;
    return ToStatus(database_->Put(options, control_, kMarkerKey, ours), path_);
  }
  if (*marker == ours) return absl::OkStatus();
  absl::string_view rest(*marker);
  absl::string_view found_realm;
  absl::string_view found_dataset;
  uint8_t format = 0;
  if (!ConsumeByte(rest, format) || format != kMarkerFormat || !ConsumeSized(rest, found_realm) ||
      !ConsumeSized(rest, found_dataset)) {
    return absl::FailedPreconditionError(
        absl::StrCat("RocksDB at ", path_, " carries a realm marker of format ", format,
                     "; this worker reads format ", kMarkerFormat));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("RocksDB at ", path_, " is the store of dataset ", found_dataset, " in realm ",
                   found_realm, ", but configured as dataset ", dataset, " in realm ", realm));
}

// The databases that this process has open, by folder. A closing one stays
// listed until its files are closed: only then can it be opened again.
struct OpenDatabases {
  absl::Mutex lock;
  std::map<std::string, std::weak_ptr<RocksdbDatabase>> by_path ABSL_GUARDED_BY(lock);
};

OpenDatabases& AllOpen() {
  static auto* const all = new OpenDatabases;
  return *all;
}

void Close(const std::string& path, RocksdbDatabase* database) {
  delete database;
  OpenDatabases& all = AllOpen();
  const absl::MutexLock lock(&all.lock);
  all.by_path.erase(path);
}

absl::StatusOr<std::string> Canonical(const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError("a RocksDB dataset needs a path");
  std::error_code error;
  std::filesystem::create_directories(path, error);
  const std::filesystem::path canonical = std::filesystem::canonical(path, error);
  if (!error && !std::filesystem::is_directory(canonical, error)) {
    error = std::make_error_code(std::errc::not_a_directory);
  }
  if (!error) return canonical.string();
  return absl::FailedPreconditionError(
      absl::StrCat("cannot use the folder ", path, ": ", error.message()));
}

}  // namespace

std::string RocksdbDatabase::TenantPrefix(absl::string_view tenant_key) {
  std::string prefix;
  AppendSized(tenant_key, prefix);
  return prefix;
}

absl::StatusOr<std::shared_ptr<RocksdbDatabase>> RocksdbDatabase::Open(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string folder, Canonical(path));
  OpenDatabases& all = AllOpen();
  const absl::MutexLock lock(&all.lock);
  const auto is_usable = [&all, &folder]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(all.lock) {
    const auto found = all.by_path.find(folder);
    return found == all.by_path.end() || !found->second.expired();
  };
  std::shared_ptr<RocksdbDatabase> shared;
  while (shared == nullptr) {
    all.lock.Await(absl::Condition(&is_usable));
    const auto found = all.by_path.find(folder);
    if (found == all.by_path.end()) break;
    shared = found->second.lock();
  }
  if (shared != nullptr) return shared;
  auto opened = std::make_unique<OpenDatabase>(folder);
  RETURN_IF_ERROR(opened->OpenFiles());
  shared.reset(opened.release(), [folder](RocksdbDatabase* closing) { Close(folder, closing); });
  all.by_path[folder] = shared;
  return shared;
}

}  // namespace realm::worker
