#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/program/stop_signals.h"
#include "common/status_macros.h"
#include "coordinator/ctl/announcement.h"
#include "coordinator/ctl/local_app.h"
#include "coordinator/ctl/local_commands.h"
#include "coordinator/ctl/local_screen.h"
#include "coordinator/ctl/local_system.h"
#include "coordinator/ctl/scratch_folder.h"
#include "coordinator/edge/sign_token.h"

namespace realm::ctl {
namespace {

// Between two looks at whether a program has died.
constexpr absl::Duration kDeathWatchPeriod = absl::Milliseconds(200);

absl::StatusOr<LocalPorts> PortsFor(const Arguments& arguments,
                                    const std::vector<std::string>& worker_ids) {
  if (arguments.Has("any-ports")) return FreePorts(worker_ids);
  LocalPorts ports = UsualPorts(worker_ids);
  ASSIGN_OR_RETURN(ports.grpc, arguments.GetPort("port", ports.grpc));
  ASSIGN_OR_RETURN(ports.http, arguments.GetPort("http-port", ports.http));
  ASSIGN_OR_RETURN(ports.edge, arguments.GetPort("edge-port", ports.edge));
  if (AreFree(ports)) return ports;
  return absl::FailedPreconditionError(
      "another program listens on one of the ports (7460 to 7462, 7470 and up, 7480); stop it, or "
      "let --any-ports pick others");
}

// Whoever holds this key may install the app here.
absl::Status WriteInstallKey(const LocalFiles& files) {
  const edge::PlatformKey key = edge::PlatformKey::Generate();
  RETURN_IF_ERROR(files.Write("keys/install/dev.pem", key.PublicPem(), false));
  return files.Write("keys/install-dev.key", key.PrivatePem().Reveal(), true);
}

absl::StatusOr<std::unique_ptr<LocalSystem>> PrepareDev(const Invocation& invocation,
                                                        const std::string& folder) {
  ASSIGN_OR_RETURN(const std::vector<std::string> realms,
                   ParseRealms(invocation.arguments.Get("realms", "US,EU")));
  ASSIGN_OR_RETURN(LocalFiles files, LocalFiles::Create(folder, invocation.clock));
  RETURN_IF_ERROR(WriteInstallKey(files));
  LocalOptions options;
  options.program_folder = invocation.program_folder;
  options.workers = LocalWorkers(realms, files);
  options.with_edge = !invocation.arguments.Has("no-edge");
  ASSIGN_OR_RETURN(options.ports, PortsFor(invocation.arguments, IdsOf(options.workers)));
  options.config = LocalConfig(realms, options.ports.edge, files.install_keys_folder());
  return LocalSystem::Prepare(std::move(files), std::move(options), invocation.clock);
}

// Says once of each program that it has ended; the others go on.
class DeathWatch {
 public:
  DeathWatch(LocalSystem& system, Console& console) : system_(system), console_(console) {}

  void Look() {
    for (const std::string& name : system_.names()) {
      const std::optional<Ending> ending = system_.child(name).Poll();
      if (!ending.has_value() || !reported_.insert(name).second) continue;
      console_.Note(absl::StrCat(name, " ended with ", ending->Text(), "; its log is ",
                                 system_.log_path(name), "; the others go on\n"));
    }
  }

 private:
  LocalSystem& system_;
  Console& console_;
  std::set<std::string> reported_;
};

absl::StatusOr<ExitCode> Dev(const Invocation& invocation) {
  StopSignals signals;
  Console& console = invocation.console;
  std::unique_ptr<ScratchFolder> scratch;
  std::string folder = invocation.arguments.Get("data");
  if (folder.empty()) {
    ASSIGN_OR_RETURN(scratch, ScratchFolder::Create("realmctl-dev"));
    folder = scratch->path();
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<LocalSystem> system, PrepareDev(invocation, folder));
  RETURN_IF_ERROR(system->StartAll());
  RETURN_IF_ERROR(system->WaitUntilReady());
  const Announcement announcement(system->operator_endpoint());
  console.Print(AddressesText(*system, scratch == nullptr ? "" : "in a temporary folder"));
  console.Print(absl::StrCat("  Folder       ", folder, "   configuration, certificates, logs\n"));
  console.Print(
      "\n  Next: realmctl status      in another terminal\n"
      "        Ctrl-C               stops everything\n");
  DeathWatch watch(*system, console);
  while (!signals.Wait(kDeathWatchPeriod))
    watch.Look();
  console.Note("Stopping.\n");
  system->StopAll();
  return ExitCode::kDone;
}

}  // namespace

std::vector<Command> DevCommands() {
  Command dev;
  dev.name = "dev";
  dev.summary = "runs a coordinator, an edge and a worker per realm on this machine";
  dev.text =
      "For developers and CI, not for production: one machine, keys made on the fly. While it "
      "runs,\n"
      "the other commands find it without any flag.";
  dev.example = "realmctl dev --realms=US,EU,AU";
  dev.flags = {{"realms", "CODES", "the realms, the app's default one first; default US,EU"},
               {"data", "FOLDER", "keeps everything here; default: a folder that goes at the end"},
               {"port", "PORT", "of the coordinator; default 7460"},
               {"http-port", "PORT", "of its metrics; default 7461"},
               {"edge-port", "PORT", "of the hooks; default 7480"},
               {"any-ports", "", "picks free ports"},
               {"no-edge", "", "without the edge; hooks come over gRPC"}};
  dev.remote = false;
  dev.has_output = false;
  dev.run = Dev;
  return {dev};
}

}  // namespace realm::ctl
