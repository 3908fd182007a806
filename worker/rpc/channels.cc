#include "worker/rpc/channels.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include "common/limits.h"
#include "common/status_macros.h"

namespace realm::worker {
namespace {

constexpr int kKeepaliveMilliseconds = 10'000;
constexpr int kKeepaliveTimeoutMilliseconds = 5'000;
constexpr int kReconnectMillisecondsMin = 100;
constexpr int kReconnectMillisecondsMax = 3'000;
// New certificates take effect for new connections, so no connection may live for ever.
constexpr int kConnectionAgeMilliseconds = 3'600'000;
constexpr int kConnectionGraceMilliseconds = 600'000;

grpc::ChannelArguments Arguments() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kGrpcDataMessageBytesMax);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMilliseconds);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMillisecondsMin);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMillisecondsMin);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMillisecondsMax);
  // A call is repeated by whoever knows whether that is right, never by the library.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  return arguments;
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> Channels::Dial(const std::string& address,
                                                              const ExpectedPeer& peer) const {
  absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> credentials =
      tls_.has_value() ? MakeChannelCredentials(*tls_, peer)
                       : MakeInsecureChannelCredentials(address);
  if (!credentials.ok()) return Annotate(credentials.status(), address);
  return grpc::CreateCustomChannel(address, *credentials, Arguments());
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> Channels::ServerCredentials(
    const std::string& address) const {
  return tls_.has_value() ? MakeServerCredentials(*tls_) : MakeInsecureServerCredentials(address);
}

void SetKeepalive(grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kKeepaliveMilliseconds / 2);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kConnectionAgeMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kConnectionGraceMilliseconds);
}

}  // namespace realm::worker
