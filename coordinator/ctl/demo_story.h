// One migration from the platform's installation of the app to the last byte deleted at the source,
// told on the screen as it happens.

#ifndef REALMSHIFT_COORDINATOR_CTL_DEMO_STORY_H_
#define REALMSHIFT_COORDINATOR_CTL_DEMO_STORY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/program/stop_signals.h"
#include "coordinator/ctl/command.h"
#include "coordinator/ctl/demo_screen.h"
#include "coordinator/ctl/demo_setup.h"
#include "coordinator/ctl/directory_watcher.h"

namespace realm::ctl {

enum class Fault { kNone, kKillWorker, kKillCoordinator };

// Thread safety: one thread at a time.
class DemoStory {
 public:
  // All must outlive it.
  DemoStory(const Invocation& invocation, DemoSetup& setup, Fault fault, StopSignals& signals);

  // Starts the system and plays the whole of it. Internal: something did not go as it must; the
  // message says what. Cancelled: a signal came. The errors of the parts.
  absl::Status Play();

 private:
  absl::Status Begin();
  absl::Status Install(absl::string_view tenant, absl::string_view realm);
  // Sends a hook and shows its answer, which must be 200 with the word `status`.
  absl::Status SendHook(absl::string_view hook, absl::string_view status,
                        absl::string_view remark = "");
  absl::Status ReportTraffic();

  // Polls as the platform does, until it is told `status`. Shows the copy meanwhile.
  absl::Status PollUntil(absl::string_view status);
  absl::StatusOr<bool> PollOnce(absl::string_view status);
  absl::Status ShowCopy();

  absl::Status BreakHalfWay();
  absl::Status KillWorker();
  absl::Status KillCoordinator();
  absl::Status WaitUntilFrozen(absl::string_view program);

  absl::Status ShowPurge();
  absl::Status ShowDirectory();
  absl::Status CheckStores();
  absl::Status CheckNeighbours(const Contents& after);

  absl::StatusOr<v1::Migration> Look();
  void Print(absl::string_view text) { invocation_.console.Print(text); }

  const Invocation& invocation_;
  DemoSetup& setup_;
  const Fault fault_;
  StopSignals& signals_;
  const Site source_;
  const Site target_;
  Order order_;
  Contents before_;
  std::unique_ptr<Connection> connection_;
  std::vector<std::unique_ptr<DirectoryWatcher>> watchers_;
  TransferBoard board_;
  absl::Time began_ = absl::InfinitePast();
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_DEMO_STORY_H_
