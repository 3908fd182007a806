#include "common/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "common/status_macros.h"

namespace realm {
namespace {

absl::Status SystemError(absl::string_view verb, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot ", verb, " ", path));
}

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int descriptor() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

absl::StatusOr<struct stat> Inspect(const File& file, const std::string& path) {
  if (!file.is_open()) return SystemError("open", path);
  struct stat facts {};
  if (fstat(file.descriptor(), &facts) != 0) return SystemError("inspect", path);
  if (!S_ISREG(facts.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is not a regular file"));
  }
  if (static_cast<size_t>(facts.st_size) > kSmallFileBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " has ", facts.st_size, " bytes; at most ", kSmallFileBytesMax));
  }
  return facts;
}

absl::StatusOr<std::string> ReadAll(const File& file, const std::string& path, size_t size) {
  std::string contents(size, '\0');
  size_t filled = 0;
  while (filled < size) {
    const ssize_t got = read(file.descriptor(), &contents[filled], size - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError("read", path);
    if (got == 0) break;  // It became shorter since it was inspected.
    filled += got;
  }
  contents.resize(filled);
  return contents;
}

absl::Status WriteAll(const File& file, const std::string& path, absl::string_view contents) {
  while (!contents.empty()) {
    const ssize_t written = write(file.descriptor(), contents.data(), contents.size());
    if (written < 0 && errno != EINTR) return SystemError("write", path);
    if (written > 0) contents.remove_prefix(written);
  }
  if (fsync(file.descriptor()) != 0) return SystemError("sync", path);
  return absl::OkStatus();
}

// The name of a file is on disk only once its folder is.
absl::Status SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const File file(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.is_open() || fsync(file.descriptor()) != 0) return SystemError("sync", folder);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadSmallFile(const std::string& path) {
  // Non-blocking, so that a named pipe is refused below instead of waited for.
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  ASSIGN_OR_RETURN(const struct stat facts, Inspect(file, path));
  return ReadAll(file, path, facts.st_size);
}

absl::StatusOr<Secret> ReadSecretFile(const std::string& path) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  ASSIGN_OR_RETURN(const struct stat facts, Inspect(file, path));
  if ((facts.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
    return absl::FailedPreconditionError(
        absl::StrFormat("%s holds a secret but has mode %04o, open to other users; chmod 600 it",
                        path, facts.st_mode & 07777));
  }
  ASSIGN_OR_RETURN(std::string contents, ReadAll(file, path, facts.st_size));
  return Secret(std::move(contents));
}

absl::Status WriteFileAtomically(const std::string& path, absl::string_view contents, mode_t mode) {
  std::string draft = path + ".XXXXXX";
  const File file(mkostemp(&draft[0], O_CLOEXEC));
  if (!file.is_open()) return SystemError("create a file beside", path);
  absl::Cleanup discard = [&draft] { unlink(draft.c_str()); };
  if (fchmod(file.descriptor(), mode) != 0) return SystemError("set the mode of", draft);
  RETURN_IF_ERROR(WriteAll(file, draft, contents));
  if (rename(draft.c_str(), path.c_str()) != 0) return SystemError("replace", path);
  std::move(discard).Cancel();
  return SyncFolderOf(path);
}

}  // namespace realm
