// The coordinator's gRPC ports.
#ifndef REALMSHIFT_COORDINATOR_RPC_SERVER_H_
#define REALMSHIFT_COORDINATOR_RPC_SERVER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/signing.h"
#include "common/tls.h"
#include "coordinator/engine/engine.h"
#include "coordinator/engine/job_rates.h"
#include "coordinator/rpc/hook_metrics.h"

namespace realm::coordinator {

struct ServerOptions {
  // "HOST:PORT"; port 0 picks a free one.
  std::string address;
  // Plain health for probes, which cannot do TLS; empty: none.
  std::string health_address;
  // None: insecure, and both addresses must be loopback.
  std::optional<TlsFiles> tls;
  bool reflection = false;
  // Outlive the server. May be null.
  HookMetrics* hook_metrics = nullptr;
  const JobRates* job_rates = nullptr;
};

class Server {
 public:
  virtual ~Server() = default;
  // As bound.
  virtual std::string address() const = 0;
  // Says NOT_SERVING, lets calls end for `grace`, then ends them.
  virtual void Shutdown(absl::Duration grace) = 0;

  // `engine` and `ticket_key` outlive the server.
  //
  // UNAVAILABLE: an address is in use. INVALID_ARGUMENT: insecure off loopback, or TLS files that
  // do not fit.
  static absl::StatusOr<std::unique_ptr<Server>> Start(Engine* engine, const SigningKey* ticket_key,
                                                       const ServerOptions& options);
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_RPC_SERVER_H_
