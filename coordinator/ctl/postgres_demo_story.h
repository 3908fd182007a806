// Tenants of two apps move between two PostgreSQL servers, and half of them back again, told on the
// screen as it happens and compared by means of SQL alone.

#ifndef REALMSHIFT_COORDINATOR_CTL_POSTGRES_DEMO_STORY_H_
#define REALMSHIFT_COORDINATOR_CTL_POSTGRES_DEMO_STORY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/program/stop_signals.h"
#include "coordinator/ctl/command.h"
#include "coordinator/ctl/postgres_demo_setup.h"
#include "coordinator/ctl/tenant_move.h"

namespace realm::ctl {

// Thread safety: one thread at a time.
class PostgresDemoStory {
 public:
  // All must outlive it. `began` is when the setup was begun, by the clock's Monotonic.
  PostgresDemoStory(const Invocation& invocation, PostgresDemoSetup& setup, StopSignals& signals,
                    absl::Duration began)
      : invocation_(invocation), setup_(setup), signals_(signals), began_(began) {}

  // Starts the programs and plays the whole of it. Internal: something did not go as it must; the
  // message says what, and of a comparison which table of which tenant. Cancelled: a signal came.
  // The errors of the parts.
  absl::Status Play();

 private:
  // Who moves from where to where.
  struct Leg {
    std::string app;
    std::vector<std::string> tenants;
    std::string from;
    std::string to;
  };

  absl::Status Begin();
  absl::Status InstallAll();
  absl::Status Install(absl::string_view app, absl::string_view tenant, absl::string_view realm);
  void ShowData();
  // The first tenant of a leg, hook by hook.
  absl::Status MoveFirst(Leg& leg);
  absl::Status MoveRest(const Leg& leg);
  std::unique_ptr<TenantMove> MoveOf(const Leg& leg, const std::string& tenant,
                                     TenantMove::Say say);
  // Reads both databases and compares everything in them with what it should be.
  absl::Status Check(const std::vector<Leg>& legs);
  // The app tries to write for a tenant of the bank, in both realms.
  absl::Status TryWrites(const Leg& leg);
  absl::StatusOr<std::string> TryWrite(absl::string_view tenant, absl::string_view realm);
  void Conclude();
  void Print(absl::string_view text) { invocation_.console.Print(text); }

  const Invocation& invocation_;
  PostgresDemoSetup& setup_;
  StopSignals& signals_;
  const absl::Duration began_;
  std::unique_ptr<Connection> connection_;
  Checksums before_;
  Checksums expected_;
  int next_migration_ = 57500;
  int arrived_ = 0;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_POSTGRES_DEMO_STORY_H_
