#include "coordinator/store/rocksdb_files.h"

#include <stdarg.h>
#include <stdio.h>

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/listener.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"

#include "common/log.h"
#include "common/status_macros.h"
#include "common/strings.h"
#include "coordinator/store/frame.h"

namespace realm::coordinator {
namespace {

constexpr size_t kMemtableBytes = 16 << 20;
constexpr size_t kCacheBytes = 32 << 20;
constexpr int kBloomBits = 10;
constexpr double kMemtableBloomRatio = 0.02;
// Read whole with each flush, for its digest.
constexpr size_t kManifestBytesMax = 1 << 20;

// RocksDB's own warnings and errors, in our log instead of a file.
class LogBridge : public rocksdb::Logger {
 public:
  LogBridge() : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    char text[1024];
    vsnprintf(text, sizeof(text), format, arguments);
    Log(Level::kWarning, "rocksdb", {{"text", text}});
  }
};

class FlushListener : public rocksdb::EventListener {
 public:
  explicit FlushListener(std::function<void()> on_flush) : on_flush_(std::move(on_flush)) {}
  void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo&) override { on_flush_(); }

 private:
  const std::function<void()> on_flush_;
};

rocksdb::WALRecoveryMode RecoveryMode(Tolerance tolerance) {
  // RocksDB's default is kPointInTimeRecovery: it drops all that follows a flipped byte.
  return tolerance == Tolerance::kTornTail ? rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords
                                           : rocksdb::WALRecoveryMode::kPointInTimeRecovery;
}

rocksdb::Options OptionsFor(const DatabaseFiles& files) {
  rocksdb::Options options;
  if (files.env != nullptr) options.env = files.env;
  options.info_log = std::make_shared<LogBridge>();
  // Nothing is tolerated, retried or recycled that could hide a loss.
  options.wal_recovery_mode = RecoveryMode(files.tolerance);
  options.paranoid_checks = true;
  options.paranoid_file_checks = true;
  options.track_and_verify_wals_in_manifest = true;
  options.manual_wal_flush = false;
  options.max_bgerror_resume_count = 0;
  options.recycle_log_file_num = 0;
  options.write_buffer_size = kMemtableBytes;
  // A batch is checked against the rows that it changes; most keys of a batch are new.
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = kMemtableBloomRatio;
  options.max_manifest_file_size = kManifestBytesMax;
  options.stats_dump_period_sec = 0;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBits));
  table.block_cache = rocksdb::NewLRUCache(kCacheBytes);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

absl::StatusOr<bool> HasRows(rocksdb::DB& database) {
  const std::unique_ptr<rocksdb::Iterator> rows(database.NewIterator({}));
  rows->SeekToFirst();
  RETURN_IF_ERROR(FromRocksdb(rows->status()));
  return rows->Valid();
}

absl::StatusOr<StoreHead> ReadHead(rocksdb::DB& database) {
  ASSIGN_OR_RETURN(const bool has_rows, HasRows(database));
  if (!has_rows) return absl::NotFoundError("the database is empty");
  ASSIGN_OR_RETURN(const std::optional<std::string> format, GetBytes(database, FormatKey()));
  RETURN_IF_ERROR(CheckFormat(format.value_or("")));
  ASSIGN_OR_RETURN(const std::optional<std::string> bytes, GetBytes(database, HeadKey()));
  if (!bytes.has_value()) return absl::DataLossError("the store's head is missing");
  const Row row = DecodeFrame(HeadKey(), *bytes);
  if (row.damaged.empty()) return DecodeHead(row.value);
  return absl::DataLossError(absl::StrCat("the store's head: ", row.damaged));
}

struct Counts {
  uint64_t rows = 0;
  uint64_t versions = 0;
  // Rows whose version nobody knows. They are seen by whoever reads them.
  uint64_t damaged = 0;
};

absl::StatusOr<Counts> CountRows(rocksdb::DB& database) {
  Counts counts;
  rocksdb::ReadOptions once;
  once.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> rows(database.NewIterator(once));
  for (rows->Seek(ToStd(kFirstRowKey)); rows->Valid(); rows->Next()) {
    const Row row = DecodeFrame(ToView(rows->key()), ToView(rows->value()));
    ++counts.rows;
    counts.versions += row.version;
    counts.damaged += row.damaged.empty() ? 0 : 1;
  }
  RETURN_IF_ERROR(FromRocksdb(rows->status()));
  return counts;
}

absl::StatusOr<StoreHead> CountedHead(rocksdb::DB& database, Tolerance tolerance) {
  ASSIGN_OR_RETURN(StoreHead head, ReadHead(database));
  ASSIGN_OR_RETURN(const Counts counts, CountRows(database));
  const bool adds_up =
      counts.rows == head.row_count && (counts.versions == head.version_sum || counts.damaged > 0);
  if (!adds_up && tolerance == Tolerance::kTornTail) {
    return absl::DataLossError(absl::StrCat("the database has ", counts.rows,
                                            " rows whose versions add up to ", counts.versions,
                                            ", not ", head.row_count, " and ", head.version_sum));
  }
  if (!adds_up) {
    head.row_count = counts.rows;
    head.version_sum = counts.versions;
  }
  return head;
}

}  // namespace

absl::string_view FormatKey() {
  return {"\0format", 7};
}

absl::string_view HeadKey() {
  return {"\0head", 5};
}

absl::Status FromRocksdb(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = absl::StrCat("rocksdb: ", status.ToString());
  if (status.IsNotFound()) return absl::NotFoundError(text);
  if (status.IsCorruption()) return absl::DataLossError(text);
  if (status.IsNoSpace()) return absl::ResourceExhaustedError(text);
  return absl::UnknownError(text);
}

absl::StatusOr<std::optional<std::string>> GetBytes(rocksdb::DB& database, absl::string_view key) {
  std::string bytes;
  const rocksdb::Status status = database.Get({}, ToStd(key), &bytes);
  if (status.IsNotFound()) return std::optional<std::string>();
  RETURN_IF_ERROR(FromRocksdb(status));
  return std::optional<std::string>(std::move(bytes));
}

absl::StatusOr<std::string> GreatestKeyOf(rocksdb::DB& database, char first) {
  const std::unique_ptr<rocksdb::Iterator> rows(database.NewIterator({}));
  rows->SeekForPrev(first + std::string(kStoreKeyBytesMax, '\xff'));
  RETURN_IF_ERROR(FromRocksdb(rows->status()));
  if (!rows->Valid() || !rows->key().starts_with(rocksdb::Slice(&first, 1))) return std::string();
  return rows->key().ToString();
}

absl::StatusOr<StoreHead> LookAtDatabase(const DatabaseFiles& files, const ManifestSeen& seen) {
  const rocksdb::Options options = OptionsFor(files);
  const rocksdb::Status current = options.env->FileExists(files.path + "/CURRENT");
  if (current.IsNotFound()) return absl::NotFoundError(absl::StrCat("no database in ", files.path));
  RETURN_IF_ERROR(FromRocksdb(current));
  bool is_vouched_for = false;
  if (files.tolerance == Tolerance::kTornTail) {
    ASSIGN_OR_RETURN(is_vouched_for, VouchesFor(seen, files.path));
  }
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(options, files.path, &opened);
  const std::unique_ptr<rocksdb::DB> database(opened);
  // Whatever keeps RocksDB from opening files that are there, they are not what was written.
  if (!status.ok()) return absl::DataLossError(FromRocksdb(status).message());
  return is_vouched_for ? ReadHead(*database) : CountedHead(*database, files.tolerance);
}

absl::StatusOr<std::unique_ptr<rocksdb::DB>> OpenDatabase(const DatabaseFiles& files, bool create,
                                                          std::function<void()> on_flush) {
  rocksdb::Options options = OptionsFor(files);
  options.create_if_missing = create;
  options.listeners.push_back(std::make_shared<FlushListener>(std::move(on_flush)));
  // RocksDB would make the folder too, and complain that it was not there.
  if (create) options.env->CreateDirIfMissing(files.path).PermitUncheckedError();
  rocksdb::DB* opened = nullptr;
  RETURN_IF_ERROR(FromRocksdb(rocksdb::DB::Open(options, files.path, &opened)));
  return absl::WrapUnique(opened);
}

}  // namespace realm::coordinator
