// realm-edge: takes the platform's hooks over HTTP and passes them on to the coordinator.

#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "common/config/config.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "coordinator/edge/edge_server.h"

ABSL_FLAG(std::string, config, "", "the coordinator's configuration file, with edge: (required)");
ABSL_FLAG(bool, insecure, false, "without TLS to the coordinator, which must be on loopback");

namespace realm::edge {
namespace {

// A hook is answered within kHookDeadline; a supervisor that sends SIGTERM usually waits longer.
constexpr absl::Duration kDrainGrace = absl::Seconds(10);

absl::Status Run(const sigset_t& signals) {
  RETURN_IF_ERROR(ArmFailpoints());
  if (absl::GetFlag(FLAGS_config).empty()) {
    return absl::InvalidArgumentError("--config is missing; give the configuration file");
  }
  ASSIGN_OR_RETURN(const config::v1::CoordinatorConfig config,
                   LoadCoordinatorConfig(absl::GetFlag(FLAGS_config)));
  const SystemClock clock;
  EdgeServerOptions options;
  options.insecure = absl::GetFlag(FLAGS_insecure);
  ASSIGN_OR_RETURN(const std::unique_ptr<EdgeServer> server,
                   EdgeServer::Start(config, options, &clock));
  Log(Level::kInfo, "edge started",
      {{"address", server->address()}, {"monitor", server->monitor_address()}});
  int signal = 0;
  sigwait(&signals, &signal);
  Log(Level::kInfo, "draining");
  server->Drain(kDrainGrace);
  return absl::OkStatus();
}

int ExitCode(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 0;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kFailedPrecondition:
      return 2;
    case absl::StatusCode::kUnavailable:
      return 4;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return 5;
    default:
      return 1;
  }
}

}  // namespace
}  // namespace realm::edge

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "takes the platform's hooks over HTTP\n"
      "  realm-edge --config=/etc/realmshift/coordinator.yaml");
  absl::ParseCommandLine(argc, argv);
  // Every thread that follows inherits this; main alone waits for them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const absl::Status status = realm::edge::Run(signals);
  if (!status.ok()) fprintf(stderr, "realm-edge: %s\n", std::string(status.message()).c_str());
  return realm::edge::ExitCode(status);
}
