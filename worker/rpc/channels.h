// How a worker dials and listens.

#ifndef REALMSHIFT_WORKER_RPC_CHANNELS_H_
#define REALMSHIFT_WORKER_RPC_CHANNELS_H_

#include <grpcpp/channel.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "common/identity.h"
#include "common/tls.h"

namespace realm::worker {

// Thread safety: any thread.
class Channels {
 public:
  // Without `tls`: in the clear, to and on this machine only.
  explicit Channels(std::optional<TlsFiles> tls) : tls_(std::move(tls)) {}

  bool insecure() const { return !tls_.has_value(); }

  // A channel to `peer` at `address`, that notices a dead connection in about 15 seconds and tries
  // a failed one again in at most 3. INVALID_ARGUMENT: not loopback, while in the clear; or what
  // MakeChannelCredentials says.
  absl::StatusOr<std::shared_ptr<grpc::Channel>> Dial(const std::string& address,
                                                      const ExpectedPeer& peer) const;

  absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(
      const std::string& address) const;

 private:
  const std::optional<TlsFiles> tls_;
};

// The same patience on the side that is dialled, so that its peers' pings are welcome.
void SetKeepalive(grpc::ServerBuilder& builder);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_RPC_CHANNELS_H_
