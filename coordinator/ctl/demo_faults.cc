// What goes wrong in the demo, on demand.

#include <signal.h>

#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "coordinator/ctl/demo_story.h"
#include "coordinator/ctl/format.h"
#include "coordinator/ctl/progress_text.h"

namespace realm::ctl {
namespace {

constexpr absl::Duration kFreezePatience = absl::Minutes(2);
constexpr absl::Duration kLookPeriod = absl::Milliseconds(5);
constexpr int kPollsAlone = 3;
constexpr absl::Duration kPollAlonePeriod = absl::Milliseconds(200);

}  // namespace

absl::Status DemoStory::BreakHalfWay() {
  if (fault_ == Fault::kNone) return absl::OkStatus();
  RETURN_IF_ERROR(WaitUntilFrozen(kTargetWorker));
  // What it wrote and reported before it froze.
  RETURN_IF_ERROR(ShowCopy());
  board_.Settle();
  setup_.system().SetEnvironment(kTargetWorker, "REALM_FAILPOINTS", "");
  return fault_ == Fault::kKillWorker ? KillWorker() : KillCoordinator();
}

// The worker stops itself at a certain page, so that half way is half way on every machine.
absl::Status DemoStory::WaitUntilFrozen(absl::string_view program) {
  const absl::Duration deadline = invocation_.clock.Monotonic() + kFreezePatience;
  while (!setup_.system().child(program).IsStopped()) {
    if (invocation_.clock.Monotonic() > deadline) {
      return absl::DeadlineExceededError(absl::StrCat(program, " never came half way"));
    }
    if (signals_.Wait(kLookPeriod)) return absl::CancelledError("interrupted");
  }
  return absl::OkStatus();
}

absl::Status DemoStory::KillWorker() {
  LocalSystem& system = setup_.system();
  system.child(kTargetWorker).Kill();
  Print(absl::StrCat("    kill -9  ", kTargetWorker, ", which writes to ", kTargetRealm,
                     ", half way\n"));
  RETURN_IF_ERROR(system.Start(kTargetWorker));
  Print(absl::StrCat("    start    ", kTargetWorker, ", which goes on where its store says\n"));
  return absl::OkStatus();
}

absl::Status DemoStory::KillCoordinator() {
  LocalSystem& system = setup_.system();
  system.child(LocalSystem::kCoordinator).Kill();
  Print("    kill -9  coordinator, half way\n");
  system.child(kTargetWorker).Signal(SIGCONT);
  for (int i = 0; i < kPollsAlone; ++i) {
    ASSIGN_OR_RETURN(const StatusAnswer answer,
                     setup_.platform().PollStatus(source_, order_.migration_id));
    Print(HookLine("GET", "/status", 200, answer.status, "by the edge alone"));
    if (signals_.Wait(kPollAlonePeriod)) return absl::CancelledError("interrupted");
  }
  RETURN_IF_ERROR(system.Start(LocalSystem::kCoordinator));
  Print("    start    coordinator, which goes on where its log says\n");
  return system.WaitUntilReady();
}

}  // namespace realm::ctl
