// realm-coordinator: owns the migrations' state and tells workers what to do.

#include <sys/stat.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"

#include "common/clock.h"
#include "common/config/config.h"
#include "common/files.h"
#include "common/http/monitor_port.h"
#include "common/log.h"
#include "common/program/daemon.h"
#include "common/status_macros.h"
#include "common/tls.h"
#include "coordinator/engine/engine.h"
#include "coordinator/rpc/coordinator_metrics.h"
#include "coordinator/rpc/gauges.h"
#include "coordinator/rpc/policy_config.h"
#include "coordinator/rpc/server.h"
#include "coordinator/store/memory_store.h"
#include "coordinator/store/rocksdb_store.h"

namespace realm::coordinator {
namespace {

// Calls under way at SIGTERM may end within this; SIGKILL is as safe.
constexpr absl::Duration kShutdownGrace = absl::Seconds(3);

absl::StatusOr<std::unique_ptr<Store>> OpenStore(const Arguments& arguments) {
  const std::string name = arguments.Get("store", "rocksdb:/var/lib/realmshift");
  if (name == "memory") return std::unique_ptr<Store>(std::make_unique<MemoryStore>());
  absl::string_view folder = name;
  if (!absl::ConsumePrefix(&folder, "rocksdb:") || folder.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--store=", name, " is neither rocksdb:FOLDER nor memory"));
  }
  RocksdbStoreOptions options;
  options.folder = std::string(folder);
  options.accept_data_loss = arguments.Has("accept-data-loss");
  return OpenRocksdbStore(options);
}

// Made on the first start, so that a single machine needs no ceremony.
absl::StatusOr<SigningKey> LoadTicketKey(const std::string& path) {
  struct stat unused;
  if (stat(path.c_str(), &unused) != 0) {
    const SigningKey made = SigningKey::Generate();
    RETURN_IF_ERROR(WriteFileAtomically(path, made.ToPem().Reveal(), 0600));
    RETURN_IF_ERROR(
        WriteFileAtomically(absl::StrCat(path, ".pub"), made.verifying_key().ToPem(), 0644));
  }
  return SigningKey::FromFile(path);
}

absl::Duration ToDuration(const google::protobuf::Duration& in) {
  return absl::Seconds(in.seconds()) + absl::Nanoseconds(in.nanos());
}

ServerOptions MakeServerOptions(const config::v1::CoordinatorConfig& config,
                                const Arguments& arguments) {
  ServerOptions out;
  out.address = config.listen().grpc();
  out.health_address = config.listen().health();
  out.reflection = arguments.Has("reflection");
  if (!arguments.Has("insecure")) {
    out.tls = TlsFiles{config.tls().ca_file(), config.tls().cert_file(), config.tls().key_file()};
  }
  return out;
}

absl::Status Run(const Arguments& arguments, StopSignals& signals) {
  ASSIGN_OR_RETURN(const std::string file, ConfigOf(arguments));
  ASSIGN_OR_RETURN(const config::v1::CoordinatorConfig config, LoadCoordinatorConfig(file));
  const absl::StatusOr<SigningKey> ticket_key = LoadTicketKey(config.ticket_key_file());
  if (!ticket_key.ok()) return Annotate(ticket_key.status(), "ticket_key_file");
  ASSIGN_OR_RETURN(const std::unique_ptr<Store> store, OpenStore(arguments));
  SystemClock clock;
  const Policy policy = MakePolicy(config);
  CoordinatorMetrics counting(policy, &clock);
  const EngineOptions options{ToDuration(config.lease()), ToDuration(config.frame_period()),
                              &counting.engine()};
  ASSIGN_OR_RETURN(const std::unique_ptr<Engine> engine,
                   Engine::Open(store.get(), policy, &clock, options));
  AddGauges(engine.get(), &counting.metrics());
  engine->Start();
  ServerOptions server_options = MakeServerOptions(config, arguments);
  server_options.hook_metrics = &counting.hooks();
  server_options.job_rates = &counting.rates();
  ASSIGN_OR_RETURN(const std::unique_ptr<Server> server,
                   Server::Start(engine.get(), &*ticket_key, server_options));
  ASSIGN_OR_RETURN(const std::unique_ptr<MonitorPort> monitor,
                   MonitorPort::Start(config.listen().http(), &counting.metrics(),
                                      [&counting] { return counting.WhyNotReady(); }));
  Log(Level::kInfo, "coordinator started",
      {{"address", server->address()},
       {"monitor", monitor->address()},
       {"store", store->Info().description}});
  signals.Wait();
  counting.SetStopping();
  server->Shutdown(kShutdownGrace);
  engine->Stop();
  return absl::OkStatus();
}

Daemon Coordinator() {
  Daemon daemon;
  daemon.name = "realm-coordinator";
  daemon.summary = "owns the migrations' state and tells workers what to do";
  daemon.usage = {
      "realm-coordinator --config=/etc/realmshift/coordinator.yaml "
      "--store=rocksdb:/var/lib/realmshift"};
  daemon.flags = {
      {"config", "FILE", "the configuration (required)"},
      {"store", "STORE",
       "rocksdb:FOLDER, or memory, which forgets everything at the end; default "
       "rocksdb:/var/lib/realmshift"},
      {"accept-data-loss", "",
       "open a damaged or restored store as it is, this once, and raise its generation"},
      {"insecure", "", "without TLS; all addresses must be loopback"},
      {"reflection", "", "let gRPC tools list the services"},
  };
  daemon.run = Run;
  return daemon;
}

}  // namespace
}  // namespace realm::coordinator

int main(int argc, char** argv) {
  // Debian's Abseil looks for lock cycles at every lock unless told not to; tests still do.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  realm::RouteGrpcLogs();
  return realm::RunDaemon(realm::coordinator::Coordinator(), argc, argv);
}
