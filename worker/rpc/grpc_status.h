// gRPC's status and Abseil's: the same codes under the same numbers.

#ifndef REALMSHIFT_WORKER_RPC_GRPC_STATUS_H_
#define REALMSHIFT_WORKER_RPC_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"

namespace realm::worker {

inline grpc::Status ToGrpc(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()));
}

inline absl::Status FromGrpc(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_RPC_GRPC_STATUS_H_
