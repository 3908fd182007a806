#include "coordinator/rpc/error_info.h"

#include <grpcpp/support/status.h>

#include "absl/strings/cord.h"

#include "common/check.h"
#include "common/limits.h"
#include "realm/v1/errors.pb.h"

namespace realm::coordinator {
namespace {

// The payload of an absl::Status is the whole ErrorStatus under this name.
constexpr absl::string_view kPayloadUrl = "type.googleapis.com/google.rpc.Status";
constexpr char kErrorInfoUrl[] = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr char kRetryInfoUrl[] = "type.googleapis.com/google.rpc.RetryInfo";

void AddDetail(const char* url, const google::protobuf::Message& detail, v1::ErrorStatus* error) {
  google::protobuf::Any* any = error->add_details();
  any->set_type_url(url);
  detail.SerializeToString(any->mutable_value());
}

void AddErrorInfo(const ErrorInfo& info, v1::ErrorStatus* error) {
  v1::ErrorInfo detail;
  detail.set_reason(info.reason);
  detail.set_domain(std::string(kErrorDomain));
  for (const auto& [key, value] : info.metadata)
    (*detail.mutable_metadata())[key] = value;
  AddDetail(kErrorInfoUrl, detail, error);
}

void AddRetryInfo(absl::Duration delay, v1::ErrorStatus* error) {
  v1::RetryInfo detail;
  const int64_t seconds = absl::IDivDuration(delay, absl::Seconds(1), &delay);
  detail.mutable_retry_delay()->set_seconds(seconds);
  detail.mutable_retry_delay()->set_nanos(static_cast<int>(absl::ToInt64Nanoseconds(delay)));
  AddDetail(kRetryInfoUrl, detail, error);
}

bool ReadErrorInfo(const google::protobuf::Any& any, ErrorInfo* info) {
  v1::ErrorInfo detail;
  if (any.type_url() != kErrorInfoUrl || !detail.ParseFromString(any.value())) return false;
  if (detail.domain() != kErrorDomain || detail.reason().empty()) return false;
  info->reason = detail.reason();
  info->metadata.insert(detail.metadata().begin(), detail.metadata().end());
  return true;
}

void ReadRetryInfo(const google::protobuf::Any& any, ErrorInfo* info) {
  v1::RetryInfo detail;
  if (any.type_url() != kRetryInfoUrl || !detail.ParseFromString(any.value())) return;
  info->retry_delay = absl::Seconds(detail.retry_delay().seconds()) +
                      absl::Nanoseconds(detail.retry_delay().nanos());
}

std::optional<ErrorInfo> ReadDetails(const v1::ErrorStatus& error) {
  ErrorInfo info;
  bool found = false;
  for (const google::protobuf::Any& any : error.details()) {
    found = ReadErrorInfo(any, &info) || found;
    ReadRetryInfo(any, &info);
  }
  if (!found) return std::nullopt;
  return info;
}

}  // namespace

absl::Status MakeError(absl::StatusCode code, const ErrorInfo& info, absl::string_view message) {
  REALM_CHECK(code != absl::StatusCode::kOk && !info.reason.empty(), "reason=", info.reason);
  absl::Status status(code, message.substr(0, kErrorTextBytesMax));
  v1::ErrorStatus error;
  error.set_code(static_cast<int>(code));
  error.set_message(std::string(status.message()));
  AddErrorInfo(info, &error);
  if (info.retry_delay > absl::ZeroDuration()) AddRetryInfo(info.retry_delay, &error);
  status.SetPayload(kPayloadUrl, absl::Cord(error.SerializeAsString()));
  return status;
}

std::optional<ErrorInfo> GetErrorInfo(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  v1::ErrorStatus error;
  if (!payload.has_value() || !error.ParseFromString(std::string(*payload))) return std::nullopt;
  return ReadDetails(error);
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const auto code = static_cast<grpc::StatusCode>(status.code());
  const auto payload = status.GetPayload(kPayloadUrl);
  std::string details;
  if (payload.has_value()) details = std::string(*payload);
  return grpc::Status(code, std::string(status.message()), details);
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  v1::ErrorStatus error;
  if (status.error_details().empty() || !error.ParseFromString(status.error_details())) {
    return result;
  }
  if (ReadDetails(error).has_value()) {
    result.SetPayload(kPayloadUrl, absl::Cord(status.error_details()));
  }
  return result;
}

}  // namespace realm::coordinator
