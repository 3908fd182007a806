#include "coordinator/store/rocksdb_store.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"
#include "rocksdb/write_batch.h"

#include "common/log.h"
#include "common/status_macros.h"
#include "common/strings.h"
#include "coordinator/store/folder_lock.h"
#include "coordinator/store/frame.h"
#include "coordinator/store/high_water.h"
#include "coordinator/store/opening.h"

namespace realm::coordinator {
namespace {

// Reserved keys: they order before all rows.
const std::string& FormatKey() {
  static const std::string& key = *new std::string("\0format", 7);
  return key;
}
const std::string& HeadKey() {
  static const std::string& key = *new std::string("\0head", 5);
  return key;
}
constexpr absl::string_view kFirstRow = "\x01";

constexpr size_t kMemtableBytes = 16 << 20;
constexpr size_t kCacheBytes = 32 << 20;
constexpr int kBloomBits = 10;

rocksdb::Slice ToSlice(absl::string_view text) {
  return {text.data(), text.size()};
}

absl::Status FromRocksdb(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = absl::StrCat("rocksdb: ", status.ToString());
  if (status.IsNotFound()) return absl::NotFoundError(text);
  if (status.IsCorruption()) return absl::DataLossError(text);
  if (status.IsNoSpace()) return absl::ResourceExhaustedError(text);
  return absl::UnknownError(text);
}

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

enum class Tolerance { kTornTail, kAnyDamage };

rocksdb::WALRecoveryMode RecoveryMode(Tolerance tolerance) {
  // The default one, kPointInTimeRecovery, drops all that follows a flipped byte without a word.
  // That is right only for who has accepted the loss.
  return tolerance == Tolerance::kTornTail ? rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords
                                           : rocksdb::WALRecoveryMode::kPointInTimeRecovery;
}

rocksdb::Options DatabaseOptions(const RocksdbStoreOptions& options, Tolerance tolerance) {
  rocksdb::Options database;
  if (options.env != nullptr) database.env = options.env;
  database.info_log = std::make_shared<LogBridge>();
  // Nothing is tolerated, retried or recycled that could hide a loss.
  database.wal_recovery_mode = RecoveryMode(tolerance);
  database.paranoid_checks = true;
  database.paranoid_file_checks = true;
  database.track_and_verify_wals_in_manifest = true;
  database.manual_wal_flush = false;
  database.max_bgerror_resume_count = 0;
  database.recycle_log_file_num = 0;
  database.write_buffer_size = kMemtableBytes;
  database.stats_dump_period_sec = 0;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBits));
  table.block_cache = rocksdb::NewLRUCache(kCacheBytes);
  database.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return database;
}

// Nothing if there is no such row.
absl::StatusOr<std::optional<std::string>> GetBytes(rocksdb::DB& database, absl::string_view key) {
  std::string bytes;
  const rocksdb::Status status = database.Get({}, ToSlice(key), &bytes);
  if (status.IsNotFound()) return std::optional<std::string>();
  RETURN_IF_ERROR(FromRocksdb(status));
  return std::optional<std::string>(std::move(bytes));
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

// The head of the database as it is, which is opened for reading alone and not changed.
absl::StatusOr<StoreHead> LookAt(const RocksdbStoreOptions& options, const std::string& path,
                                 Tolerance tolerance) {
  rocksdb::Options database_options = DatabaseOptions(options, tolerance);
  const rocksdb::Status current = database_options.env->FileExists(path + "/CURRENT");
  if (current.IsNotFound()) return absl::NotFoundError(absl::StrCat("there is no ", path));
  RETURN_IF_ERROR(FromRocksdb(current));
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(database_options, path, &opened,
                                                              /*error_if_wal_file_exists=*/false);
  const std::unique_ptr<rocksdb::DB> database(opened);
  // Whatever keeps RocksDB from opening files that are there, they are not what was written.
  if (!status.ok()) return absl::DataLossError(FromRocksdb(status).message());
  return ReadHead(*database);
}

[[noreturn]] void ExitAtOnce(absl::string_view why) {
  Log(Level::kError, "the store failed; what was not acknowledged may or may not be there",
      {{"error", why}, {"exit_code", kExitStoreFailed}});
  _exit(kExitStoreFailed);
}

class RocksdbStore : public Store {
 public:
  static absl::StatusOr<std::unique_ptr<Store>> Open(const RocksdbStoreOptions& options);

  ~RocksdbStore() override;

  StoreInfo Info() const override {
    return InfoOf(Head(), absl::StrCat("rocksdb:", options_.folder));
  }
  absl::Status Apply(const Batch& batch) override;
  absl::StatusOr<std::vector<Row>> Scan(absl::string_view prefix, absl::string_view after,
                                        int limit) const override;
  absl::StatusOr<std::optional<Row>> Get(absl::string_view key) const override;

 private:
  RocksdbStore(const RocksdbStoreOptions& options, std::unique_ptr<FolderLock> lock,
               std::unique_ptr<rocksdb::DB> database)
      : options_(options), lock_(std::move(lock)), database_(std::move(database)) {}

  StoreHead Head() const {
    absl::MutexLock lock(&head_mutex_);
    return head_;
  }
  // Makes the store stand at `head`, durably; the first write of this incarnation.
  absl::Status Begin(const Opening& opening, const std::string& mark_path);
  absl::Status CheckVersions(const Batch& batch);
  absl::Status CheckRoom(const Batch& batch);
  absl::Status WriteDurably(rocksdb::WriteBatch& changes, const StoreHead& after);
  absl::Status Mark(const StoreHead& head);
  // Ends the process, or with a test's fail_stop, this store.
  absl::Status Fail(const absl::Status& why);

  const RocksdbStoreOptions options_;
  const std::unique_ptr<FolderLock> lock_;
  const std::unique_ptr<rocksdb::DB> database_;
  std::unique_ptr<HighWaterFile> mark_;

  // Touched by the one thread that applies.
  bool failed_ = false;
  uint64_t unsynced_marks_ = 0;

  mutable absl::Mutex head_mutex_;
  StoreHead head_ ABSL_GUARDED_BY(head_mutex_);
};

// What the database says; of a damaged one, for who accepts the loss, what is left of it.
absl::StatusOr<StoreHead> LookWith(const RocksdbStoreOptions& options, const std::string& path) {
  absl::StatusOr<StoreHead> head = LookAt(options, path, Tolerance::kTornTail);
  if (!absl::IsDataLoss(head.status())) return head;
  absl::StatusOr<StoreHead> left = LookAt(options, path, Tolerance::kAnyDamage);
  if (options.accept_data_loss) return left;
  return absl::DataLossError(
      absl::StrCat(head.status().message(), "; ",
                   left.ok() ? absl::StrCat("what can be read ends at batch ", left->sequence)
                             : "nothing can be read"));
}

void LogOpening(const RocksdbStoreOptions& options, const Opening& opening) {
  if (opening.create) Log(Level::kInfo, "a new store is made", {{"folder", options.folder}});
  if (!options.accept_data_loss) return;
  Log(Level::kError, "the loss of acknowledged changes is accepted",
      {{"folder", options.folder},
       {"damage", opening.accepted},
       {"generation", opening.head.generation},
       {"sequence", opening.head.sequence}});
}

absl::StatusOr<std::unique_ptr<rocksdb::DB>> OpenDatabase(const RocksdbStoreOptions& options,
                                                          const Opening& opening,
                                                          const std::string& path) {
  rocksdb::Options database_options = DatabaseOptions(
      options, options.accept_data_loss ? Tolerance::kAnyDamage : Tolerance::kTornTail);
  database_options.create_if_missing = opening.create;
  // RocksDB would make it too, and complain that it was not there.
  if (opening.create) database_options.env->CreateDirIfMissing(path).PermitUncheckedError();
  rocksdb::DB* opened = nullptr;
  RETURN_IF_ERROR(FromRocksdb(rocksdb::DB::Open(database_options, path, &opened)));
  return absl::WrapUnique(opened);
}

absl::StatusOr<std::unique_ptr<Store>> RocksdbStore::Open(const RocksdbStoreOptions& options) {
  const std::string mark_path = options.folder + "/mark";
  const std::string database_path = options.folder + "/db";
  ASSIGN_OR_RETURN(std::unique_ptr<FolderLock> lock, FolderLock::Take(options.folder));
  const Found found{HighWaterFile::Read(mark_path), LookWith(options, database_path)};
  ASSIGN_OR_RETURN(const Opening opening, PlanOpening(found, options.accept_data_loss));
  LogOpening(options, opening);
  // The mark is there before the database is: a database without one is never a new one.
  if (opening.create) RETURN_IF_ERROR(HighWaterFile::Create(mark_path, opening.head));
  ASSIGN_OR_RETURN(std::unique_ptr<rocksdb::DB> database,
                   OpenDatabase(options, opening, database_path));
  auto store = absl::WrapUnique(new RocksdbStore(options, std::move(lock), std::move(database)));
  RETURN_IF_ERROR(store->Begin(opening, mark_path));
  return std::unique_ptr<Store>(std::move(store));
}

RocksdbStore::~RocksdbStore() {
  // Only the lag after a power cut depends on it.
  if (mark_ != nullptr && !failed_) mark_->Sync().IgnoreError();
}

absl::Status RocksdbStore::Begin(const Opening& opening, const std::string& mark_path) {
  StoreHead head = opening.head;
  ++head.incarnation;
  rocksdb::WriteBatch changes;
  RETURN_IF_ERROR(FromRocksdb(changes.Put(FormatKey(), EncodeFormat(kStoreFormat))));
  RETURN_IF_ERROR(WriteDurably(changes, head));
  RETURN_IF_ERROR(HighWaterFile::Create(mark_path, head));
  ASSIGN_OR_RETURN(mark_, HighWaterFile::Open(mark_path));
  absl::MutexLock lock(&head_mutex_);
  head_ = head;
  return absl::OkStatus();
}

absl::Status RocksdbStore::Apply(const Batch& batch) {
  if (failed_) return absl::UnavailableError("the store has failed; start again");
  const StoreHead before = Head();
  RETURN_IF_ERROR(CheckBatch(batch, before));
  RETURN_IF_ERROR(CheckVersions(batch));
  RETURN_IF_ERROR(CheckRoom(batch));
  const StoreHead after = HeadAfter(before, batch);
  rocksdb::WriteBatch changes;
  for (const Write& write : batch.writes) {
    const rocksdb::Status added =
        write.value.has_value()
            ? changes.Put(write.key,
                          EncodeFrame(write.key, write.expected_version + 1, *write.value))
            : changes.Delete(write.key);
    RETURN_IF_ERROR(FromRocksdb(added));
  }
  absl::Status done = WriteDurably(changes, after);
  if (done.ok()) done = Mark(after);
  if (!done.ok()) return Fail(done);
  absl::MutexLock lock(&head_mutex_);
  head_ = after;
  return absl::OkStatus();
}

absl::Status RocksdbStore::CheckVersions(const Batch& batch) {
  for (const Write& write : batch.writes) {
    ASSIGN_OR_RETURN(const std::optional<Row> row, Get(write.key));
    if (row.has_value() && !row->damaged.empty()) return absl::DataLossError(row->damaged);
    RETURN_IF_ERROR(CheckVersion(write, row.has_value() ? row->version : 0));
  }
  return absl::OkStatus();
}

absl::Status RocksdbStore::CheckRoom(const Batch& batch) {
  struct statvfs disk {};
  if (statvfs(options_.folder.c_str(), &disk) != 0) {
    return absl::ErrnoToStatus(errno, "cannot see how much room the store has");
  }
  const auto room = static_cast<int64_t>(disk.f_bavail * disk.f_frsize);
  int64_t needed = options_.reserve_bytes;
  for (const Write& write : batch.writes) {
    needed += static_cast<int64_t>(write.key.size() + (write.value ? write.value->size() : 0));
  }
  if (room >= needed) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("the disk of ", options_.folder, " has ", room,
                                                   " bytes left, ", needed, " are needed"));
}

absl::Status RocksdbStore::WriteDurably(rocksdb::WriteBatch& changes, const StoreHead& after) {
  // The version of the head's row says nothing: the head has numbers of its own.
  RETURN_IF_ERROR(
      FromRocksdb(changes.Put(HeadKey(), EncodeFrame(HeadKey(), 0, EncodeHead(after)))));
  rocksdb::WriteOptions durably;
  durably.sync = true;
  return FromRocksdb(database_->Write(durably, &changes));
}

absl::Status RocksdbStore::Mark(const StoreHead& head) {
  RETURN_IF_ERROR(mark_->Write(head));
  if (++unsynced_marks_ < kMarkLagMax) return absl::OkStatus();
  unsynced_marks_ = 0;
  return mark_->Sync();
}

absl::Status RocksdbStore::Fail(const absl::Status& why) {
  failed_ = true;
  if (!options_.fail_stop) ExitAtOnce(why.ToString());
  options_.fail_stop(why.ToString());
  return absl::UnknownError(absl::StrCat("the batch may or may not be there: ", why.message()));
}

absl::StatusOr<std::vector<Row>> RocksdbStore::Scan(absl::string_view prefix,
                                                    absl::string_view after, int limit) const {
  rocksdb::ReadOptions reading;
  reading.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> next(database_->NewIterator(reading));
  next->Seek(ToSlice(std::max({prefix, after, kFirstRow})));
  if (next->Valid() && ToView(next->key()) == after) next->Next();
  std::vector<Row> rows;
  for (; next->Valid() && next->key().starts_with(ToSlice(prefix)); next->Next()) {
    if (rows.size() >= static_cast<size_t>(limit)) break;
    rows.push_back(DecodeFrame(ToView(next->key()), ToView(next->value())));
  }
  RETURN_IF_ERROR(FromRocksdb(next->status()));
  return rows;
}

absl::StatusOr<std::optional<Row>> RocksdbStore::Get(absl::string_view key) const {
  if (key < kFirstRow) return std::optional<Row>();  // Ours, not the caller's.
  ASSIGN_OR_RETURN(const std::optional<std::string> bytes, GetBytes(*database_, key));
  if (!bytes.has_value()) return std::optional<Row>();
  return std::optional<Row>(DecodeFrame(key, *bytes));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenRocksdbStore(const RocksdbStoreOptions& options) {
  absl::StatusOr<std::unique_ptr<Store>> store = RocksdbStore::Open(options);
  if (!store.ok()) return Annotate(store.status(), options.folder);
  const StoreInfo opened = (*store)->Info();
  Log(Level::kInfo, "store open",
      {{"folder", options.folder},
       {"generation", opened.generation},
       {"incarnation", opened.incarnation},
       {"audit_sequence", opened.audit_sequence}});
  return store;
}

}  // namespace realm::coordinator
