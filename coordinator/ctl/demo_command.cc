#include <memory>
#include <string>

#include "absl/strings/str_cat.h"

#include "common/config/words.h"
#include "common/program/stop_signals.h"
#include "common/status_macros.h"
#include "coordinator/ctl/announcement.h"
#include "coordinator/ctl/demo_setup.h"
#include "coordinator/ctl/demo_story.h"
#include "coordinator/ctl/local_commands.h"
#include "coordinator/ctl/postgres_demo_data.h"
#include "coordinator/ctl/postgres_demo_setup.h"
#include "coordinator/ctl/postgres_demo_story.h"

namespace realm::ctl {
namespace {

constexpr absl::Duration kInterruptPeriod = absl::Milliseconds(200);

absl::StatusOr<Fault> FaultOf(const Arguments& arguments) {
  const std::string name = arguments.Get("fault");
  if (name.empty()) return Fault::kNone;
  if (name == "kill-worker") return Fault::kKillWorker;
  if (name == "kill-coordinator") return Fault::kKillCoordinator;
  return absl::InvalidArgumentError(
      absl::StrCat("--fault is ", Quoted(name), "; write kill-worker or kill-coordinator"));
}

constexpr absl::string_view kPostgresFlags[] = {"scale", "tenants"};

std::string NextText(Fault fault) {
  const bool worker = fault == Fault::kKillWorker;
  return absl::StrCat("\n  Next: realmctl demo --keep                    ",
                      "leaves it running, to look around\n        realmctl demo --fault=",
                      worker ? "kill-coordinator  the same with the coordinator killed half way\n"
                             : "kill-worker       the same with a worker killed half way\n",
                      "        realmctl demo --postgres                ",
                      "many tenants there and back between two PostgreSQL servers\n");
}

// Runs on, for other terminals, until Ctrl-C. `looks` are more commands to look around with, one a
// line.
absl::Status Keep(const Invocation& invocation, LocalSystem& system, StopSignals& signals,
                  const std::vector<std::string>& looks) {
  RETURN_IF_ERROR(system.WaitUntilReady());
  const Announcement announcement(system.operator_endpoint());
  std::string text =
      "\n  Next: realmctl migration describe 57500      every step, with times (another "
      "terminal)\n";
  for (const std::string& look : looks)
    absl::StrAppend(&text, "        ", look, "\n");
  invocation.console.Print(absl::StrCat(
      text, "        Ctrl-C                                 stop; the demo data goes with it\n"));
  while (!signals.Wait(kInterruptPeriod)) {
  }
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> PlayEmbedded(const Invocation& invocation, StopSignals& signals) {
  for (const absl::string_view flag : kPostgresFlags) {
    if (!invocation.arguments.Has(flag)) continue;
    return absl::InvalidArgumentError(absl::StrCat("--", flag, " needs --postgres"));
  }
  ASSIGN_OR_RETURN(const Fault fault, FaultOf(invocation.arguments));
  invocation.console.Print("\n");
  ASSIGN_OR_RETURN(const std::unique_ptr<DemoSetup> setup, DemoSetup::Create(invocation));
  RETURN_IF_ERROR(DemoStory(invocation, *setup, fault, signals).Play());
  if (!invocation.arguments.Has("keep")) {
    invocation.console.Print(NextText(fault));
    return ExitCode::kDone;
  }
  // They were stopped for the comparison.
  RETURN_IF_ERROR(setup->system().Start(kSourceWorker));
  RETURN_IF_ERROR(setup->system().Start(kTargetWorker));
  RETURN_IF_ERROR(Keep(invocation, setup->system(), signals,
                       {"realmctl directory history com.example.demo acme"}));
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> PlayPostgres(const Invocation& invocation, StopSignals& signals) {
  if (invocation.arguments.Has("fault")) {
    return absl::InvalidArgumentError("--fault is for the demo without --postgres");
  }
  ASSIGN_OR_RETURN(const PostgresDemoSize size, PostgresDemoSize::Of(invocation.arguments));
  const absl::Duration began = invocation.clock.Monotonic();
  invocation.console.Print("\n  Two PostgreSQL servers are made and filled:\n");
  ASSIGN_OR_RETURN(const std::unique_ptr<PostgresDemoSetup> setup,
                   PostgresDemoSetup::Create(invocation, size, signals));
  RETURN_IF_ERROR(PostgresDemoStory(invocation, *setup, signals, began).Play());
  if (!invocation.arguments.Has("keep")) {
    invocation.console.Print(
        "\n  Next: realmctl demo --postgres --keep         leaves it running, to look around\n");
    return ExitCode::kDone;
  }
  RETURN_IF_ERROR(Keep(invocation, setup->system(), signals,
                       {"realmctl directory history com.example.bank 1",
                        absl::StrCat(setup->source().PsqlCommand(kDemoDatabase), "     US"),
                        absl::StrCat(setup->target().PsqlCommand(kDemoDatabase), "     EU"),
                        absl::StrCat("less ", setup->system().config_path(kTargetWorker),
                                     "     how a worker is told of such a store")}));
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> Demo(const Invocation& invocation) {
  StopSignals signals;
  const absl::StatusOr<ExitCode> code = invocation.arguments.Has("postgres")
                                            ? PlayPostgres(invocation, signals)
                                            : PlayEmbedded(invocation, signals);
  // What fails because everything is being stopped is no failure.
  if (!code.ok() && signals.Came()) return ExitCode::kInterrupted;
  return code;
}

}  // namespace

std::vector<Command> DemoCommands() {
  Command demo;
  demo.name = "demo";
  demo.summary = "plays the platform through a whole migration";
  demo.text =
      "Starts everything in a temporary folder, moves a tenant of 48 MiB from US to EU over the "
      "real\n"
      "hooks, and looks into both stores afterwards. Ends with 1 if anything is not as it must "
      "be.\n"
      "With --postgres tenants of two apps move between two PostgreSQL servers of the demo's own,\n"
      "and half of them back, and psql compares every row; this takes two or three minutes.";
  demo.example = "realmctl demo --fault=kill-worker";
  demo.flags = {{"fault", "FAULT", "kill-worker or kill-coordinator, with SIGKILL and half way"},
                {"postgres", "", "with two PostgreSQL servers instead of the embedded stores"},
                {"scale", "N", "of pgbench, with --postgres: branches in US; default 24"},
                {"tenants", "N", "how many branches move; default five of six"},
                {"keep", "", "leaves everything running until Ctrl-C"}};
  demo.remote = false;
  demo.has_output = false;
  demo.run = Demo;
  return {demo};
}

}  // namespace realm::ctl
