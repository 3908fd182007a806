// Durations as the configuration writes them, and as its protos hold them.

#ifndef REALMSHIFT_COMMON_CONFIG_DURATION_H_
#define REALMSHIFT_COMMON_CONFIG_DURATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"

namespace realm {

// "90m", "1h30m", "500ms", "0s". INVALID_ARGUMENT for a number without a unit, a sign, or anything
// longer than a hundred years; the message, "is ...; write ...", follows the name of a field.
absl::StatusOr<absl::Duration> ParseConfigDuration(absl::string_view text);

// The same back; whole days as hours, "24h".
std::string FormatConfigDuration(absl::Duration duration);

absl::Duration FromProto(const google::protobuf::Duration& duration);

// REQUIRES: finite, to the nanosecond; less is cut off.
void ToProto(absl::Duration duration, google::protobuf::Duration& proto);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_CONFIG_DURATION_H_
