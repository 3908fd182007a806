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

gpr_timespec After(absl::Duration duration) {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_millis(absl::ToInt64Milliseconds(duration), GPR_TIMESPAN));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const Endpoint& endpoint) {
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ChannelCredentials> credentials,
                   CredentialsFor(endpoint));
  return std::unique_ptr<Connection>(new Connection(
      endpoint, grpc::CreateCustomChannel(endpoint.address, credentials, ChannelSettings())));
}

Connection::Connection(Endpoint endpoint, std::shared_ptr<grpc::Channel> channel)
    : endpoint_(std::move(endpoint)),
      channel_(std::move(channel)),
      admin_(v1::AdminService::NewStub(channel_)),
      directory_(v1::DirectoryService::NewStub(channel_)),
      hooks_(v1::HookService::NewStub(channel_)) {}

bool Connection::WaitUntilConnected(absl::Duration patience) const {
  return channel_->WaitForConnected(After(patience));
}

gpr_timespec Connection::Deadline() const {
  return After(endpoint_.timeout);
}

absl::Status Connection::ExplainEnd(const grpc::Status& ended) const {
  if (ended.ok()) return absl::UnavailableError("the coordinator ended the watch");
  return Explain(coordinator::FromGrpc(ended));
}

absl::Status Connection::Explain(const absl::Status& status) const {
  if (status.code() == absl::StatusCode::kUnavailable) {
    return Annotate(status, absl::StrCat("cannot reach the coordinator at ", endpoint_.address));
  }
  return status;
}

}  // namespace realm::ctl
