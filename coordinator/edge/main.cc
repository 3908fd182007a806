// realm-edge: takes the platform's hooks over HTTP and passes them on to the coordinator.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "common/config/config.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "common/program/daemon.h"
#include "common/status_macros.h"
#include "common/tls.h"
#include "coordinator/edge/edge_server.h"

namespace realm::edge {
namespace {

// A hook is answered within kHookDeadline; a supervisor that sends SIGTERM usually waits longer.
constexpr absl::Duration kDrainGrace = absl::Seconds(10);

absl::Status Run(const Arguments& arguments, StopSignals& signals) {
  ASSIGN_OR_RETURN(const std::string file, ConfigOf(arguments));
  ASSIGN_OR_RETURN(const config::v1::CoordinatorConfig config, LoadCoordinatorConfig(file));
  const SystemClock clock;
  EdgeServerOptions options;
  options.insecure = arguments.Has("insecure");
  ASSIGN_OR_RETURN(const std::unique_ptr<EdgeServer> server,
                   EdgeServer::Start(config, options, &clock));
  Log(Level::kInfo, "edge started",
      {{"address", server->address()}, {"monitor", server->monitor_address()}});
  signals.Wait();
  Log(Level::kInfo, "draining");
  server->Drain(kDrainGrace);
  return absl::OkStatus();
}

Daemon EdgeProgram() {
  Daemon daemon;
  daemon.name = "realm-edge";
  daemon.summary = "takes the platform's hooks over HTTP and passes them on to the coordinator";
  daemon.usage = {"realm-edge --config=/etc/realmshift/coordinator.yaml"};
  daemon.flags = {
      {"config", "FILE", "the coordinator's configuration, with edge: (required)"},
      {"insecure", "", "without TLS to the coordinator, which must be on loopback"},
  };
  daemon.run = Run;
  return daemon;
}

}  // namespace
}  // namespace realm::edge

int main(int argc, char** argv) {
  realm::RouteGrpcLogs();
  return realm::RunDaemon(realm::edge::EdgeProgram(), argc, argv);
}
