// The configuration of each program: one YAML file, read once at start, by the schema in
// realm/config/v1/config.proto.
//
// All that is wrong with a file is said at once, at most twenty findings, one line each:
//   FILE:LINE:COLUMN: what is wrong; what would be right
// What is returned has every default of the schema filled in, and every name in it that refers to
// something refers to something declared in it. Whether files and folders that it names exist is
// for whoever opens them.

#ifndef REALMSHIFT_COMMON_CONFIG_CONFIG_H_
#define REALMSHIFT_COMMON_CONFIG_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "realm/config/v1/config.pb.h"

namespace realm {

// Larger files are refused.
constexpr int64_t kConfigBytesMax = 1 << 20;

// NOT_FOUND or PERMISSION_DENIED if the file cannot be read; INVALID_ARGUMENT as above.
absl::StatusOr<config::v1::CoordinatorConfig> LoadCoordinatorConfig(const std::string& path);
absl::StatusOr<config::v1::WorkerConfig> LoadWorkerConfig(const std::string& path);

// `name` stands for FILE in the findings.
absl::StatusOr<config::v1::CoordinatorConfig> ParseCoordinatorConfig(absl::string_view text,
                                                                     absl::string_view name);
absl::StatusOr<config::v1::WorkerConfig> ParseWorkerConfig(absl::string_view text,
                                                           absl::string_view name);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_CONFIG_CONFIG_H_
