// Small files: configuration, keys, certificates. Whole, or not at all.

#ifndef REALMSHIFT_COMMON_FILES_H_
#define REALMSHIFT_COMMON_FILES_H_

#include <sys/types.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/secret.h"

namespace realm {

// The largest file these read. Configuration and key files are far below; a path that names
// something else by mistake is refused instead of read into memory.
inline constexpr size_t kSmallFileBytesMax = 16 << 20;

// The contents of `path`. NotFound, PermissionDenied: as the system says. InvalidArgument: not a
// regular file, or larger than kSmallFileBytesMax. Each message names the path.
absl::StatusOr<std::string> ReadSmallFile(const std::string& path);

// The contents of a file that holds a secret. Besides the errors of ReadSmallFile,
// FailedPrecondition: users other than its owner and group may touch it, or its group may write it.
// Links are followed, as containers mount secrets through them.
absl::StatusOr<Secret> ReadSecretFile(const std::string& path);

// Replaces `path` with `contents` under the permissions `mode`: readers see the former file or the
// new one, and after a power cut one of the two is there. Any error of the system: the former file
// is still there.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view contents, mode_t mode);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_FILES_H_
