// Errors that say more than a code: a listed reason, what to tell the platform, when to try again.
//
// Inside the program such an error is an absl::Status that carries an ErrorInfo as its payload; on
// the wire it is a grpc::Status with google.rpc.ErrorInfo (realm/v1/errors.proto) in its details.
// The two conversions lose nothing of either. Free of gRPC headers, so that what only reads the
// reasons does not compile gRPC.

#ifndef REALMSHIFT_COORDINATOR_RPC_ERROR_INFO_H_
#define REALMSHIFT_COORDINATOR_RPC_ERROR_INFO_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace grpc {
class Status;
}  // namespace grpc

namespace realm::coordinator {

inline constexpr absl::string_view kErrorDomain = "realm.v1";
// The key in `metadata` of what the platform is told ("E0001" .. "E9999"). Absent: it should retry.
inline constexpr absl::string_view kErrorResponseCode = "error_response_code";

struct ErrorInfo {
  // A listed word of realm/v1/errors.proto; never empty.
  std::string reason;
  std::map<std::string, std::string> metadata;
  // Zero: waiting does not help, or nobody knows for how long.
  absl::Duration retry_delay = absl::ZeroDuration();
};

// `message` is for a person, is cut to kErrorTextBytesMax, and must not name tenant content.
// REQUIRES: `code` is not OK and `info.reason` is not empty.
absl::Status MakeError(absl::StatusCode code, const ErrorInfo& info, absl::string_view message);

// What MakeError or FromGrpc attached; nothing when the error has no reason of ours (a fault of the
// wire, another domain).
std::optional<ErrorInfo> GetErrorInfo(const absl::Status& status);

// For services: the same code and message, with the ErrorInfo in the details.
grpc::Status ToGrpc(const absl::Status& status);

// For clients. Details that are not ours or do not decode are left out.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_RPC_ERROR_INFO_H_
