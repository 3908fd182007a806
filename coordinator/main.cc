// realm-coordinator: owns the migrations' state and tells workers what to do.

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"

#include "common/clock.h"
#include "common/config/config.h"
#include "common/failpoint.h"
#include "common/files.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "coordinator/engine/engine.h"
#include "coordinator/rpc/policy_config.h"
#include "coordinator/rpc/server.h"
#include "coordinator/store/memory_store.h"
#include "coordinator/store/rocksdb_store.h"

ABSL_FLAG(std::string, config, "", "the coordinator's configuration file (required)");
ABSL_FLAG(std::string, store, "rocksdb:/var/lib/realmshift",
          "rocksdb:FOLDER, or memory (everything is lost at the end)");
ABSL_FLAG(bool, accept_data_loss, false,
          "open a damaged or restored store as it is, for this start, and raise its generation");
ABSL_FLAG(bool, insecure, false, "without TLS; all addresses must be loopback");
ABSL_FLAG(bool, reflection, false, "serve gRPC reflection");

namespace realm::coordinator {
namespace {

// Calls under way at SIGTERM may end within this; SIGKILL is as safe.
constexpr absl::Duration kShutdownGrace = absl::Seconds(3);

absl::StatusOr<std::unique_ptr<Store>> OpenStore(const std::string& name) {
  if (name == "memory") return std::unique_ptr<Store>(std::make_unique<MemoryStore>());
  absl::string_view folder = name;
  if (!absl::ConsumePrefix(&folder, "rocksdb:") || folder.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--store=", name, " is neither rocksdb:FOLDER nor memory"));
  }
  RocksdbStoreOptions options;
  options.folder = std::string(folder);
  options.accept_data_loss = absl::GetFlag(FLAGS_accept_data_loss);
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

ServerOptions MakeServerOptions(const config::v1::CoordinatorConfig& config) {
  ServerOptions out;
  out.address = config.listen().grpc();
  out.health_address = config.listen().health();
  out.reflection = absl::GetFlag(FLAGS_reflection);
  if (!absl::GetFlag(FLAGS_insecure)) {
    out.tls = TlsFiles{config.tls().ca_file(), config.tls().cert_file(), config.tls().key_file()};
  }
  return out;
}

absl::Status Run(const sigset_t& signals) {
  RETURN_IF_ERROR(ArmFailpoints());
  if (absl::GetFlag(FLAGS_config).empty()) {
    return absl::InvalidArgumentError("--config is missing; give the configuration file");
  }
  ASSIGN_OR_RETURN(const config::v1::CoordinatorConfig config,
                   LoadCoordinatorConfig(absl::GetFlag(FLAGS_config)));
  ASSIGN_OR_RETURN(const SigningKey ticket_key, LoadTicketKey(config.ticket_key_file()));
  ASSIGN_OR_RETURN(const std::unique_ptr<Store> store, OpenStore(absl::GetFlag(FLAGS_store)));
  SystemClock clock;
  const EngineOptions options{ToDuration(config.lease()), ToDuration(config.frame_period())};
  ASSIGN_OR_RETURN(const std::unique_ptr<Engine> engine,
                   Engine::Open(store.get(), MakePolicy(config), &clock, options));
  engine->Start();
  ASSIGN_OR_RETURN(const std::unique_ptr<Server> server,
                   Server::Start(engine.get(), &ticket_key, MakeServerOptions(config)));
  Log(Level::kInfo, "coordinator started",
      {{"address", server->address()}, {"store", store->Info().description}});
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown(kShutdownGrace);
  engine->Stop();
  return absl::OkStatus();
}

int ExitCode(const absl::Status& status) {
  if (status.ok()) return 0;
  if (absl::IsInvalidArgument(status) || absl::IsNotFound(status)) return 2;
  return 1;
}

}  // namespace
}  // namespace realm::coordinator

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "owns the migrations' state and tells workers what to do\n"
      "  realm-coordinator --config=/etc/realmshift/coordinator.yaml");
  absl::ParseCommandLine(argc, argv);
  // Debian's Abseil looks for lock cycles at every lock unless told not to; tests still do.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // Every thread that follows inherits this; main alone waits for them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const absl::Status status = realm::coordinator::Run(signals);
  if (!status.ok()) {
    fprintf(stderr, "realm-coordinator: %s\n", std::string(status.message()).c_str());
  }
  return realm::coordinator::ExitCode(status);
}
