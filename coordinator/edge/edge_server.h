// A whole edge: what `realm-edge` runs, and what others embed.

#ifndef REALMSHIFT_COORDINATOR_EDGE_EDGE_SERVER_H_
#define REALMSHIFT_COORDINATOR_EDGE_EDGE_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "realm/config/v1/config.pb.h"

namespace realm::edge {

struct EdgeServerOptions {
  // Without TLS to the coordinator, which must be on this machine.
  bool insecure = false;
  // How long the start waits for the coordinator when there is no copy of its rows from before.
  // Past it the edge serves all the same: it refuses what it cannot know.
  absl::Duration patience = absl::Seconds(5);
};

// Thread safety: any thread may call any method.
class EdgeServer {
 public:
  // `config` has its defaults filled in, as common/config does; `clock` must outlive this.
  //
  // InvalidArgument, NotFound, FailedPrecondition: the configuration or a file that it names is not
  // right; the message says which. Unavailable: an address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<EdgeServer>> Start(
      const config::v1::CoordinatorConfig& config, const EdgeServerOptions& options,
      const Clock* clock);

  virtual ~EdgeServer() = default;

  // Where the hooks are served, with the port that was taken.
  virtual const std::string& address() const = 0;
  // Where health and metrics are served; empty: nowhere.
  virtual std::string monitor_address() const = 0;

  // Says that it is not ready, takes nothing new, and answers what is open, at most for `grace`.
  virtual void Drain(absl::Duration grace) = 0;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_EDGE_SERVER_H_
