#include "coordinator/store/folder_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace realm::coordinator {
namespace {

absl::Status SystemError(absl::string_view verb, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot ", verb, " ", path));
}

// Who says that he has it. For people only; the lock itself is the system's.
std::string ReadHolder(int descriptor) {
  char text[32] = {};
  const ssize_t bytes = pread(descriptor, text, sizeof(text) - 1, 0);
  return bytes > 0 ? std::string(absl::StripAsciiWhitespace(text)) : "?";
}

absl::Status WriteHolder(int descriptor, const std::string& path) {
  const std::string text = absl::StrCat(getpid(), "\n");
  if (ftruncate(descriptor, 0) != 0) return SystemError("write", path);
  if (pwrite(descriptor, text.data(), text.size(), 0) < 0) return SystemError("write", path);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<FolderLock>> FolderLock::Take(const std::string& folder) {
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return SystemError("make", folder);
  const std::string path = folder + "/lock";
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return SystemError("open", path);
  auto lock = absl::WrapUnique(new FolderLock(descriptor));
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return SystemError("lock", path);
    return absl::UnavailableError(absl::StrCat("process ", ReadHolder(descriptor), " has ", folder,
                                               " open; stop it first, or name another folder"));
  }
  if (const absl::Status written = WriteHolder(descriptor, path); !written.ok()) return written;
  return lock;
}

FolderLock::~FolderLock() {
  close(descriptor_);
}

}  // namespace realm::coordinator
