// Reads small files: configurations and what they name.

#ifndef COMMON_CONFIG_FILE_H_
#define COMMON_CONFIG_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace realm {

// The whole content. NOT_FOUND, PERMISSION_DENIED or UNAVAILABLE if it cannot be read;
// INVALID_ARGUMENT if it is no regular file (a FIFO would block) or has more than `bytes_max`
// bytes. The message begins with the path.
absl::StatusOr<std::string> ReadFile(const std::string& path, int64_t bytes_max);

}  // namespace realm

#endif  // COMMON_CONFIG_FILE_H_
