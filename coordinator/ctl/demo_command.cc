#include <memory>
#include <string>

#include "absl/strings/str_cat.h"

#include "common/config/words.h"
#include "common/status_macros.h"
#include "coordinator/ctl/announcement.h"
#include "coordinator/ctl/demo_setup.h"
#include "coordinator/ctl/demo_story.h"
#include "coordinator/ctl/local_commands.h"
#include "coordinator/ctl/stop_signals.h"

namespace realm::ctl {
namespace {

constexpr absl::Duration kStartPatience = absl::Seconds(60);
constexpr absl::Duration kWatchPeriod = absl::Milliseconds(200);

absl::StatusOr<Fault> FaultOf(const Arguments& arguments) {
  const std::string name = arguments.Get("fault");
  if (name.empty()) return Fault::kNone;
  if (name == "kill-worker") return Fault::kKillWorker;
  if (name == "kill-coordinator") return Fault::kKillCoordinator;
  return absl::InvalidArgumentError(
      absl::StrCat("--fault is ", Quoted(name), "; write kill-worker or kill-coordinator"));
}

std::string NextText(Fault fault) {
  const bool worker = fault == Fault::kKillWorker;
  return absl::StrCat("\n  Next: realmctl demo --keep                    ",
                      "leaves it running, to look around\n        realmctl demo --fault=",
                      worker ? "kill-coordinator  the same with the coordinator killed half way\n"
                             : "kill-worker       the same with a worker killed half way\n");
}

// Runs on, for other terminals, until Ctrl-C.
absl::Status Keep(const Invocation& invocation, LocalSystem& system, StopSignals& signals) {
  RETURN_IF_ERROR(system.Start(kSourceWorker));
  RETURN_IF_ERROR(system.Start(kTargetWorker));
  RETURN_IF_ERROR(system.WaitUntilReady(kStartPatience));
  const Announcement announcement(system.operator_endpoint());
  invocation.console.Print(
      "\n  Next: realmctl migration describe 57500      every step, with times (another terminal)\n"
      "        realmctl directory history com.example.demo acme\n"
      "        Ctrl-C                                 stop; the demo data goes with it\n");
  while (!signals.Wait(kWatchPeriod)) {
  }
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> Demo(const Invocation& invocation) {
  StopSignals signals;
  ASSIGN_OR_RETURN(const Fault fault, FaultOf(invocation.arguments));
  invocation.console.Print("\n");
  ASSIGN_OR_RETURN(const std::unique_ptr<DemoSetup> setup, DemoSetup::Create(invocation));
  const absl::Status played = DemoStory(invocation, *setup, fault, signals).Play();
  if (signals.Came()) return ExitCode::kInterrupted;
  RETURN_IF_ERROR(played);
  if (!invocation.arguments.Has("keep")) {
    invocation.console.Print(NextText(fault));
    return ExitCode::kDone;
  }
  RETURN_IF_ERROR(Keep(invocation, setup->system(), signals));
  return ExitCode::kDone;
}

}  // namespace

std::vector<Command> DemoCommands() {
  Command demo;
  demo.name = "demo";
  demo.summary = "plays the platform through a whole migration";
  demo.text =
      "Starts everything in a temporary folder, moves a tenant of 48 MiB from US to EU over the "
      "real\n"
      "hooks, and looks into both stores afterwards. Ends with 1 if anything is not as it must be.";
  demo.example = "realmctl demo --fault=kill-worker";
  demo.flags = {{"fault", "FAULT", "kill-worker or kill-coordinator, with SIGKILL and half way"},
                {"keep", "", "leaves everything running until Ctrl-C"}};
  demo.remote = false;
  demo.has_output = false;
  demo.run = Demo;
  return {demo};
}

}  // namespace realm::ctl
