#include "coordinator/ctl/connection.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "common/limits.h"
#include "common/status_macros.h"

namespace realm::ctl {
namespace {

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsFor(const Endpoint& endpoint) {
  if (!endpoint.tls.has_value()) return MakeInsecureChannelCredentials(endpoint.address);
  return MakeChannelCredentials(*endpoint.tls, {Role::kCoordinator, std::nullopt});
}

grpc::ChannelArguments ChannelSettings() {
  grpc::ChannelArguments settings;
  settings.SetMaxReceiveMessageSize(kGrpcMessageBytesMax);
  // A watch that goes on over a restart of the coordinator should not wait two minutes for it.
  settings.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  settings.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  return settings;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const Endpoint& endpoint) {
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ChannelCredentials> credentials,
                   CredentialsFor(endpoint));
  return std::unique_ptr<Connection>(new Connection(
      endpoint, grpc::CreateCustomChannel(endpoint.address, credentials, ChannelSettings())));
}

Connection::Connection(Endpoint endpoint, const std::shared_ptr<grpc::Channel>& channel)
    : endpoint_(std::move(endpoint)),
      admin_(v1::AdminService::NewStub(channel)),
      directory_(v1::DirectoryService::NewStub(channel)),
      hooks_(v1::HookService::NewStub(channel)) {}

gpr_timespec Connection::Deadline() const {
  return gpr_time_from_millis(absl::ToInt64Milliseconds(endpoint_.timeout), GPR_TIMESPAN);
}

absl::Status Connection::Explain(const absl::Status& status) const {
  if (status.code() == absl::StatusCode::kUnavailable) {
    return Annotate(status, absl::StrCat("cannot reach the coordinator at ", endpoint_.address));
  }
  return status;
}

}  // namespace realm::ctl
