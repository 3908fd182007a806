#include "tests/coordinator/store/failing_disk.h"

#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace realm::coordinator {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class FailingDisk::Files : public rocksdb::FileSystemWrapper {
 public:
  Files(int number, bool for_ever)
      : rocksdb::FileSystemWrapper(rocksdb::FileSystem::Default()),
        number_(number),
        for_ever_(for_ever) {}

  const char* Name() const override { return "FailingDisk"; }

  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override;
  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* folder,
                        IODebugContext* debug) override;
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override;
  IOStatus DeleteFile(const std::string& path, const IOOptions& options,
                      IODebugContext* debug) override;

  // Counts a sync. Whether it is to fail.
  bool NextFails() {
    absl::MutexLock lock(&mutex_);
    ++sync_count_;
    return number_ > 0 && (sync_count_ == number_ || (for_ever_ && sync_count_ > number_));
  }

  int sync_count() const {
    absl::MutexLock lock(&mutex_);
    return sync_count_;
  }

  void Synced(const std::string& path, uint64_t bytes) {
    absl::MutexLock lock(&mutex_);
    synced_bytes_[path] = bytes;
  }

  void CutPower() {
    absl::MutexLock lock(&mutex_);
    for (const auto& [path, bytes] : synced_bytes_) {
      std::error_code error;
      if (std::filesystem::file_size(path, error) > bytes && !error) {
        std::filesystem::resize_file(path, bytes, error);
      }
    }
  }

 private:
  const int number_;
  const bool for_ever_;
  mutable absl::Mutex mutex_;
  int sync_count_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, uint64_t> synced_bytes_ ABSL_GUARDED_BY(mutex_);
};

namespace {

IOStatus InputOutputError() {
  return IOStatus::IOError("a sync that was told to fail");
}

}  // namespace

namespace failing_disk_internal {

template <typename Files>
class File : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(std::unique_ptr<rocksdb::FSWritableFile> file, std::string path, Files& files)
      : FSWritableFileOwnerWrapper(std::move(file)), path_(std::move(path)), files_(files) {}

  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    if (files_.NextFails()) return InputOutputError();
    return Noted(FSWritableFileOwnerWrapper::Sync(options, debug));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    if (files_.NextFails()) return InputOutputError();
    return Noted(FSWritableFileOwnerWrapper::Fsync(options, debug));
  }

 private:
  IOStatus Noted(IOStatus status) {
    if (status.ok()) files_.Synced(path_, GetFileSize(IOOptions(), nullptr));
    return status;
  }

  const std::string path_;
  Files& files_;
};

template <typename Files>
class Folder : public rocksdb::FSDirectoryWrapper {
 public:
  Folder(std::unique_ptr<rocksdb::FSDirectory> folder, Files& files)
      : FSDirectoryWrapper(std::move(folder)), files_(files) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return files_.NextFails() ? InputOutputError() : FSDirectoryWrapper::Fsync(options, debug);
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& which) override {
    return files_.NextFails() ? InputOutputError()
                              : FSDirectoryWrapper::FsyncWithDirOptions(options, debug, which);
  }

 private:
  Files& files_;
};

}  // namespace failing_disk_internal

IOStatus FailingDisk::Files::NewWritableFile(const std::string& path,
                                             const rocksdb::FileOptions& options,
                                             std::unique_ptr<rocksdb::FSWritableFile>* file,
                                             IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSWritableFile> real;
  const IOStatus status = FileSystemWrapper::NewWritableFile(path, options, &real, debug);
  if (!status.ok()) return status;
  Synced(path, 0);
  *file = std::make_unique<failing_disk_internal::File<Files>>(std::move(real), path, *this);
  return status;
}

IOStatus FailingDisk::Files::NewDirectory(const std::string& path, const IOOptions& options,
                                          std::unique_ptr<rocksdb::FSDirectory>* folder,
                                          IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> real;
  const IOStatus status = FileSystemWrapper::NewDirectory(path, options, &real, debug);
  if (!status.ok()) return status;
  *folder = std::make_unique<failing_disk_internal::Folder<Files>>(std::move(real), *this);
  return status;
}

IOStatus FailingDisk::Files::RenameFile(const std::string& from, const std::string& to,
                                        const IOOptions& options, IODebugContext* debug) {
  const IOStatus status = FileSystemWrapper::RenameFile(from, to, options, debug);
  absl::MutexLock lock(&mutex_);
  const auto found = synced_bytes_.find(from);
  if (status.ok() && found != synced_bytes_.end()) {
    synced_bytes_[to] = found->second;
    synced_bytes_.erase(from);
  }
  return status;
}

IOStatus FailingDisk::Files::DeleteFile(const std::string& path, const IOOptions& options,
                                        IODebugContext* debug) {
  const IOStatus status = FileSystemWrapper::DeleteFile(path, options, debug);
  absl::MutexLock lock(&mutex_);
  if (status.ok()) synced_bytes_.erase(path);
  return status;
}

FailingDisk::FailingDisk(int number, bool for_ever)
    : files_(std::make_shared<Files>(number, for_ever)), env_(rocksdb::NewCompositeEnv(files_)) {}

FailingDisk::~FailingDisk() = default;

rocksdb::Env* FailingDisk::env() {
  return env_.get();
}

int FailingDisk::sync_count() const {
  return files_->sync_count();
}

void FailingDisk::CutPower() {
  files_->CutPower();
}

}  // namespace realm::coordinator
