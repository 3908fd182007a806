// Between the protos' times and Abseil's.

#ifndef REALMSHIFT_COORDINATOR_EDGE_PROTO_TIME_H_
#define REALMSHIFT_COORDINATOR_EDGE_PROTO_TIME_H_

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace realm::edge {

inline absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

// REQUIRES: `time` is neither infinite past nor infinite future.
inline google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp proto;
  proto.set_seconds(absl::ToUnixSeconds(time));
  proto.set_nanos(
      static_cast<int>((time - absl::FromUnixSeconds(proto.seconds())) / absl::Nanoseconds(1)));
  return proto;
}

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_PROTO_TIME_H_
