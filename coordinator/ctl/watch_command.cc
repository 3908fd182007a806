#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "coordinator/ctl/change_feed.h"
#include "coordinator/ctl/migration_commands.h"
#include "coordinator/ctl/migration_lookup.h"
#include "coordinator/ctl/migration_text.h"

namespace realm::ctl {
namespace {

constexpr absl::Duration kProgressPeriod = absl::Milliseconds(500);

// Shows a migration again and again: over its former line on a terminal, else a line for each
// change that a reader can see.
class Screen {
 public:
  explicit Screen(const Invocation& invocation) : invocation_(invocation) {}

  absl::Status Show(const v1::WatchMigrationsResponse& change) {
    if (invocation_.output != Output::kTable) return invocation_.PrintJson(change);
    const std::string line = LineOf(change.migration());
    if (line == line_) return absl::OkStatus();
    const bool in_place = invocation_.console.traits().out_is_terminal;
    const bool same_state = change.migration().state() == state_;
    if (in_place && same_state && !line_.empty()) invocation_.console.Print("\033[1A\033[2K");
    line_ = line;
    state_ = change.migration().state();
    invocation_.console.Print(absl::StrCat(TimePrefix(), line, "\n"));
    return absl::OkStatus();
  }

 private:
  std::string LineOf(const v1::Migration& migration) const {
    const std::string progress = MigrationProgressText(migration, invocation_.clock.Now());
    const std::string waiting = WaitingText(migration);
    return absl::StrCat(Printable(migration.ref().migration_id()), "  ", StateText(migration),
                        IsOver(migration) || progress.empty() ? "" : "  ",
                        IsOver(migration) ? "" : progress,
                        waiting.empty() ? "" : absl::StrCat("  (", Printable(waiting), ")"));
  }

  std::string TimePrefix() const {
    if (invocation_.console.traits().out_is_terminal) return "";
    return absl::StrCat(FormatTime(invocation_.clock.Now(), invocation_.times()), "  ");
  }

  const Invocation& invocation_;
  std::string line_;
  v1::Migration::State state_ = v1::Migration::STATE_UNSPECIFIED;
};

bool IsSame(const v1::MigrationRef& a, const v1::MigrationRef& b) {
  return a.app_id() == b.app_id() && a.tenant_id() == b.tenant_id() &&
         a.migration_id() == b.migration_id();
}

ExitCode VerdictOn(const v1::Migration& migration) {
  return migration.state() == v1::Migration::STATE_COMMITTED ? ExitCode::kDone
                                                             : ExitCode::kBadVerdict;
}

// Follows one migration: each change as it comes, and between them how far the work is, which is no
// change of the migration.
class Follower {
 public:
  Follower(const Invocation& invocation, Connection& connection, v1::MigrationRef ref)
      : invocation_(invocation),
        connection_(connection),
        ref_(std::move(ref)),
        screen_(invocation) {}

  // Begins with `found`, which is how the migration was when it was looked up: however short the
  // wait, whoever looks is told where it is.
  absl::StatusOr<ExitCode> Follow(const v1::Migration& found, absl::Time deadline) {
    if (invocation_.output == Output::kTable) {
      RETURN_IF_ERROR(ShowAsItIs(found));
      if (IsOver(found)) return VerdictOn(found);
    }
    ChangeFeed feed(connection_, JoinFilter({absl::StrCat("app_id=", ref_.app_id()),
                                             absl::StrCat("tenant_id=", ref_.tenant_id())}));
    while (invocation_.clock.Now() < deadline) {
      ASSIGN_OR_RETURN(const auto change, feed.Next(kProgressPeriod));
      if (!change.has_value()) {
        RETURN_IF_ERROR(ShowProgress());
      } else if (IsSame(change->migration().ref(), ref_)) {
        RETURN_IF_ERROR(screen_.Show(*change));
        if (IsOver(change->migration())) return VerdictOn(change->migration());
      }
    }
    return absl::DeadlineExceededError("--wait ran out; the migration goes on");
  }

 private:
  absl::Status ShowProgress() {
    if (invocation_.output != Output::kTable) return absl::OkStatus();
    v1::GetMigrationRequest request;
    *request.mutable_ref() = ref_;
    ASSIGN_OR_RETURN(
        const v1::GetMigrationResponse response,
        connection_.Call(connection_.admin(), &v1::AdminService::Stub::GetMigration, request));
    return ShowAsItIs(response.migration());
  }

  absl::Status ShowAsItIs(const v1::Migration& migration) {
    v1::WatchMigrationsResponse change;
    *change.mutable_migration() = migration;
    return screen_.Show(change);
  }

  const Invocation& invocation_;
  Connection& connection_;
  const v1::MigrationRef ref_;
  Screen screen_;
};

}  // namespace

absl::StatusOr<ExitCode> WatchMigration(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const absl::Duration wait,
                   invocation.arguments.GetDuration("wait", absl::InfiniteDuration()));
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, invocation.Connect());
  ASSIGN_OR_RETURN(const v1::Migration wanted,
                   FindMigration(*connection, invocation.positional()[0], invocation.arguments));
  return Follower(invocation, *connection, wanted.ref())
      .Follow(wanted, invocation.clock.Now() + wait);
}

}  // namespace realm::ctl
