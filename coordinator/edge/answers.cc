#include "coordinator/edge/answers.h"

#include <optional>
#include <string>

#include "coordinator/edge/hook_json.h"
#include "coordinator/rpc/error_info.h"

namespace realm::edge {
namespace {

using coordinator::ErrorInfo;

HttpResponse TryAgain() {
  HttpResponse response =
      Refuse(503, "", "UNAVAILABLE", "the request could not be carried out now; try again");
  response.headers.push_back({"Retry-After", "5"});
  return response;
}

// The HTTP status of a refusal; 0 for a fault.
int RefusalStatus(absl::StatusCode code, bool has_reason) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    // gRPC itself answers these too, without a reason, when something else is wrong.
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kOutOfRange:
      return has_reason ? 409 : 0;
    case absl::StatusCode::kResourceExhausted:
      return has_reason ? 429 : 0;
    default:
      return 0;
  }
}

absl::string_view DefaultReason(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kPermissionDenied:
      return "PERMISSION_DENIED";
    case absl::StatusCode::kNotFound:
      return "NOT_FOUND";
    default:
      return "INVALID";
  }
}

}  // namespace

HttpResponse Refuse(int status, absl::string_view error_response_code, absl::string_view reason,
                    absl::string_view message) {
  return {status, "application/json", {}, RefusalJson(error_response_code, reason, message)};
}

HttpResponse RefuseToken() {
  HttpResponse response = Refuse(401, "", "UNAUTHENTICATED", "the token was not accepted");
  response.headers.push_back({"WWW-Authenticate", "JWT, Bearer"});
  return response;
}

HttpResponse AnswerFor(const absl::Status& error) {
  const std::optional<ErrorInfo> info = coordinator::GetErrorInfo(error);
  const int status = RefusalStatus(error.code(), info.has_value());
  if (status == 0) return TryAgain();
  std::string code(kGenericFailure);
  std::string reason(DefaultReason(error.code()));
  if (info.has_value()) {
    reason = info->reason;
    const auto told = info->metadata.find(std::string(coordinator::kErrorResponseCode));
    if (told != info->metadata.end()) code = told->second;
  }
  if (status == 403) code.clear();
  return Refuse(status, code, reason, error.message());
}

HttpResponse AnswerForHttp(int status) {
  switch (status) {
    case 400:
      return Refuse(400, kGenericFailure, "INVALID", "the request is not HTTP/1.1");
    case 413:
      return Refuse(413, kGenericFailure, "TOO_LARGE", "the body is larger than 64 KiB");
    case 431:
      return Refuse(431, kGenericFailure, "TOO_LARGE", "the header is larger than 16 KiB");
    default:
      return TryAgain();
  }
}

}  // namespace realm::edge
