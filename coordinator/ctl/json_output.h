// The wire's messages as JSON: protobuf's own mapping with the fields' names as in the protos, so
// that scripts can rely on it.
//
// Internal: the message holds what the mapping has no words for, like a time in the year 10000.

#ifndef REALMSHIFT_COORDINATOR_CTL_JSON_OUTPUT_H_
#define REALMSHIFT_COORDINATOR_CTL_JSON_OUTPUT_H_

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/struct.pb.h"

namespace realm::ctl {

// Over several lines, for one answer. Ends with a newline.
absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message);

// On one line, for one of many. Ends with a newline.
absl::StatusOr<std::string> ToJsonLine(const google::protobuf::Message& message);

// The same as a value, to be put together with others.
absl::StatusOr<google::protobuf::Struct> ToStruct(const google::protobuf::Message& message);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_JSON_OUTPUT_H_
