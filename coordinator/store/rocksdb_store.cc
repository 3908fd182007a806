#include "coordinator/store/rocksdb_store.h"

#include <errno.h>
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
#include "rocksdb/write_batch.h"

#include "common/log.h"
#include "common/status_macros.h"
#include "common/strings.h"
#include "coordinator/store/folder_lock.h"
#include "coordinator/store/frame.h"
#include "coordinator/store/high_water.h"
#include "coordinator/store/known_versions.h"
#include "coordinator/store/opening.h"
#include "coordinator/store/rocksdb_files.h"

namespace realm::coordinator {
namespace {

// The paths below the store's folder.
struct Paths {
  explicit Paths(const std::string& folder) : mark(folder + "/mark"), database(folder + "/db") {}

  const std::string mark;
  const std::string database;
};

class RocksdbStore : public Store {
 public:
  static absl::StatusOr<std::unique_ptr<Store>> Open(const RocksdbStoreOptions& options);

  ~RocksdbStore() override;

  StoreState Info() const override {
    return InfoOf(Head(), absl::StrCat("rocksdb:", options_.folder));
  }
  absl::Status Apply(const Batch& batch) override;
  absl::StatusOr<std::vector<Row>> Scan(absl::string_view prefix, absl::string_view after,
                                        int limit) const override;
  absl::StatusOr<std::optional<Row>> Get(absl::string_view key) const override;

 private:
  RocksdbStore(const RocksdbStoreOptions& options, std::unique_ptr<FolderLock> lock)
      : options_(options), paths_(options.folder), lock_(std::move(lock)) {}

  StoreHead Head() const {
    absl::MutexLock lock(&head_mutex_);
    return head_;
  }

  // Opens the database, and makes the store stand durably at the head of a new incarnation.
  absl::Status Begin(const Opening& opening);
  absl::Status CheckVersions(const Batch& batch);
  absl::StatusOr<uint64_t> VersionOf(absl::string_view key);
  std::string GreatestKey(char first) const;
  absl::Status CheckRoom(const Batch& batch) const;
  absl::Status WriteDurably(rocksdb::WriteBatch& changes, const StoreHead& after);
  absl::Status MarkHead(const StoreHead& head);
  // Brings the mark's view of the MANIFEST up to date. In RocksDB's threads.
  void MarkFlush();
  // Ends the process, or with a test's fail_stop, this store.
  absl::Status Fail(const absl::Status& why);

  const RocksdbStoreOptions options_;
  const Paths paths_;
  const std::unique_ptr<FolderLock> lock_;
  std::unique_ptr<rocksdb::DB> database_;
  KnownVersions versions_{[this](char first) { return GreatestKey(first); }};  // Of Apply's thread.

  absl::Mutex mark_mutex_;
  std::unique_ptr<HighWaterFile> mark_file_ ABSL_GUARDED_BY(mark_mutex_);
  Mark mark_ ABSL_GUARDED_BY(mark_mutex_);
  uint64_t unsynced_marks_ ABSL_GUARDED_BY(mark_mutex_) = 0;

  mutable absl::Mutex head_mutex_;
  StoreHead head_ ABSL_GUARDED_BY(head_mutex_);
  bool failed_ ABSL_GUARDED_BY(head_mutex_) = false;
};

// What the database says; of a damaged one, for who accepts the loss, what is left of it.
absl::StatusOr<StoreHead> LookWith(const RocksdbStoreOptions& options, const ManifestSeen& seen) {
  DatabaseFiles files{Paths(options.folder).database, options.env, Tolerance::kTornTail};
  absl::StatusOr<StoreHead> head = LookAtDatabase(files, seen);
  if (!absl::IsDataLoss(head.status())) return head;
  files.tolerance = Tolerance::kAnyDamage;
  absl::StatusOr<StoreHead> left = LookAtDatabase(files, seen);
  if (options.accept_data_loss) return left;
  return absl::DataLossError(
      absl::StrCat(head.status().message(), "; ",
                   left.ok() ? absl::StrCat("what can be read is ", left->row_count,
                                            " rows, up to batch ", left->sequence)
                             : "nothing can be read"));
}

absl::StatusOr<Opening> PlanFor(const RocksdbStoreOptions& options) {
  const absl::StatusOr<Mark> mark = HighWaterFile::Read(Paths(options.folder).mark);
  Found found{absl::UnknownError("not looked at"), absl::UnknownError("not looked at")};
  found.database = LookWith(options, mark.ok() ? mark->manifest : ManifestSeen());
  found.mark = mark.ok() ? absl::StatusOr<StoreHead>(mark->head) : mark.status();
  return PlanOpening(found, options.accept_data_loss);
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

[[noreturn]] void ExitAtOnce(absl::string_view why) {
  Log(Level::kError, "the store failed; what was not acknowledged may or may not be there",
      {{"error", why}, {"exit_code", kExitStoreFailed}});
  _exit(kExitStoreFailed);
}

absl::StatusOr<std::unique_ptr<Store>> RocksdbStore::Open(const RocksdbStoreOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<FolderLock> lock, FolderLock::Take(options.folder));
  ASSIGN_OR_RETURN(const Opening opening, PlanFor(options));
  LogOpening(options, opening);
  auto store = absl::WrapUnique(new RocksdbStore(options, std::move(lock)));
  RETURN_IF_ERROR(store->Begin(opening));
  return std::unique_ptr<Store>(std::move(store));
}

RocksdbStore::~RocksdbStore() {
  // First, as its threads may still mark a flush.
  database_.reset();
  absl::MutexLock lock(&mark_mutex_);
  // How far the mark is behind after a power cut is all that depends on it.
  if (mark_file_ != nullptr) mark_file_->Sync().IgnoreError();
}

absl::Status RocksdbStore::Begin(const Opening& opening) {
  // The mark is there before the database is: a database without one is never a new one.
  if (opening.create) RETURN_IF_ERROR(HighWaterFile::Create(paths_.mark, {opening.head, {}}));
  const DatabaseFiles files{
      paths_.database, options_.env,
      options_.accept_data_loss ? Tolerance::kAnyDamage : Tolerance::kTornTail};
  ASSIGN_OR_RETURN(database_, OpenDatabase(files, opening.create, [this] { MarkFlush(); }));
  StoreHead head = opening.head;
  ++head.incarnation;
  rocksdb::WriteBatch changes;
  RETURN_IF_ERROR(FromRocksdb(changes.Put(ToStd(FormatKey()), EncodeFormat(kStoreFormat))));
  RETURN_IF_ERROR(WriteDurably(changes, head));
  absl::MutexLock mark_lock(&mark_mutex_);
  mark_.head = head;
  ASSIGN_OR_RETURN(mark_.manifest, SeeManifest(paths_.database));
  RETURN_IF_ERROR(HighWaterFile::Create(paths_.mark, mark_));
  ASSIGN_OR_RETURN(mark_file_, HighWaterFile::Open(paths_.mark));
  absl::MutexLock head_lock(&head_mutex_);
  head_ = head;
  return absl::OkStatus();
}

absl::Status RocksdbStore::Apply(const Batch& batch) {
  {
    absl::MutexLock lock(&head_mutex_);
    if (failed_) return absl::UnavailableError("the store has failed; start again");
  }
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
  if (done.ok()) done = MarkHead(after);
  if (!done.ok()) return Fail(done);
  for (const Write& write : batch.writes)
    versions_.Note(write.key, write.value.has_value() ? write.expected_version + 1 : 0);
  absl::MutexLock lock(&head_mutex_);
  head_ = after;
  return absl::OkStatus();
}

absl::Status RocksdbStore::CheckVersions(const Batch& batch) {
  for (const Write& write : batch.writes) {
    ASSIGN_OR_RETURN(const uint64_t version, VersionOf(write.key));
    RETURN_IF_ERROR(CheckVersion(write, version));
  }
  return absl::OkStatus();
}

// Nobody else writes while this process has the folder's lock, so what it has written is there.
absl::StatusOr<uint64_t> RocksdbStore::VersionOf(absl::string_view key) {
  if (const std::optional<uint64_t> known = versions_.Find(key)) return *known;
  ASSIGN_OR_RETURN(const std::optional<Row> row, Get(key));
  if (!row.has_value()) return 0;
  if (!row->damaged.empty()) return absl::DataLossError(row->damaged);
  return row->version;
}

// A failed look-up is of no harm: every key then counts as one that may be there.
std::string RocksdbStore::GreatestKey(char first) const {
  absl::StatusOr<std::string> greatest = GreatestKeyOf(*database_, first);
  return greatest.ok() ? *std::move(greatest) : std::string(kStoreKeyBytesMax + 1, '\xff');
}

absl::Status RocksdbStore::CheckRoom(const Batch& batch) const {
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
  // The head has numbers of its own; its row's version says nothing.
  const std::string row = EncodeFrame(HeadKey(), 0, EncodeHead(after));
  RETURN_IF_ERROR(FromRocksdb(changes.Put(ToStd(HeadKey()), row)));
  rocksdb::WriteOptions durably;
  durably.sync = true;
  return FromRocksdb(database_->Write(durably, &changes));
}

absl::Status RocksdbStore::MarkHead(const StoreHead& head) {
  absl::MutexLock lock(&mark_mutex_);
  mark_.head = head;
  RETURN_IF_ERROR(mark_file_->Write(mark_));
  if (++unsynced_marks_ < kMarkLagMax) return absl::OkStatus();
  unsynced_marks_ = 0;
  return mark_file_->Sync();
}

void RocksdbStore::MarkFlush() {
  absl::MutexLock lock(&mark_mutex_);
  // While there is no mark file, Begin is still to make it, and will see for itself.
  if (mark_file_ == nullptr) return;
  absl::StatusOr<ManifestSeen> seen = SeeManifest(paths_.database);
  absl::Status done = seen.status();
  if (done.ok()) {
    mark_.manifest = *std::move(seen);
    done = mark_file_->Write(mark_);
  }
  // On the disk before RocksDB deletes the log that the new table replaces.
  if (done.ok()) done = mark_file_->Sync();
  if (!done.ok()) Fail(done).IgnoreError();
}

absl::Status RocksdbStore::Fail(const absl::Status& why) {
  if (!options_.fail_stop) ExitAtOnce(why.ToString());
  {
    absl::MutexLock lock(&head_mutex_);
    failed_ = true;
  }
  options_.fail_stop(why.ToString());
  return absl::UnknownError(absl::StrCat("the batch may or may not be there: ", why.message()));
}

absl::StatusOr<std::vector<Row>> RocksdbStore::Scan(absl::string_view prefix,
                                                    absl::string_view after, int limit) const {
  rocksdb::ReadOptions reading;
  reading.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> next(database_->NewIterator(reading));
  next->Seek(ToStd(std::max({prefix, after, kFirstRowKey})));
  if (next->Valid() && ToView(next->key()) == after) next->Next();
  std::vector<Row> rows;
  for (; next->Valid() && next->key().starts_with(ToStd(prefix)); next->Next()) {
    if (rows.size() >= static_cast<size_t>(limit)) break;
    rows.push_back(DecodeFrame(ToView(next->key()), ToView(next->value())));
  }
  RETURN_IF_ERROR(FromRocksdb(next->status()));
  return rows;
}

absl::StatusOr<std::optional<Row>> RocksdbStore::Get(absl::string_view key) const {
  if (key < kFirstRowKey) return std::optional<Row>();  // The store's own.
  ASSIGN_OR_RETURN(const std::optional<std::string> bytes, GetBytes(*database_, key));
  if (!bytes.has_value()) return std::optional<Row>();
  return std::optional<Row>(DecodeFrame(key, *bytes));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenRocksdbStore(const RocksdbStoreOptions& options) {
  absl::StatusOr<std::unique_ptr<Store>> store = RocksdbStore::Open(options);
  if (!store.ok()) return Annotate(store.status(), options.folder);
  const StoreState opened = (*store)->Info();
  Log(Level::kInfo, "store open",
      {{"folder", options.folder},
       {"generation", opened.generation},
       {"incarnation", opened.incarnation},
       {"audit_sequence", opened.audit_sequence}});
  return store;
}

}  // namespace realm::coordinator
