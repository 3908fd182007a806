// A migration on its way, for tests that begin in the middle: US to EU, app "notes", tenant "acme".
//
//   Journey journey;
//   journey.To(State::kCommitting);
//   journey.Run(JobKind::kCopy);

#ifndef REALMSHIFT_TESTS_SUPPORT_COORDINATOR_JOURNEY_H_
#define REALMSHIFT_TESTS_SUPPORT_COORDINATOR_JOURNEY_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "common/check.h"
#include "tests/support/coordinator/builders.h"

namespace realm::coordinator {

// Every step is expected to be accepted, but for those that Try. The window is 02:00 to 04:00.
class Journey {
 public:
  explicit Journey(Policy policy = SmallPolicy()) : world(std::move(policy)), now(Midnight()) {
    world.InstallTenant(TenantKey{AppId("notes"), TenantId("acme")}, "US", now);
  }

  absl::StatusOr<Changes> Try(InputBody body, absl::string_view actor = "somebody") {
    return world.Apply(std::move(body), actor, now);
  }
  Changes Happen(InputBody body, absl::string_view actor = "somebody") {
    absl::StatusOr<Changes> changes = Try(std::move(body), actor);
    REALM_CHECK_OK(changes.status());
    return *std::move(changes);
  }

  Changes Send(Hook hook, absl::string_view body = "") { return Happen(HookFor(hook, key, body)); }
  Changes Schedule(absl::string_view location = "EU") {
    return Happen(ScheduleFor(key, location, Window{At(2), At(4)}));
  }
  Changes Tick() { return Happen(TickInput{key}); }
  Changes Traffic(absl::string_view realm) {
    return Happen(TrafficInput{key, RealmId(realm), "edge"});
  }
  Changes Confirm() { return Happen(ConfirmInput{key, PlanDigest(row()), "seen"}); }

  // The newest job of the kind.
  const Job& Find(JobKind kind, absl::string_view transfer = "main") const {
    const Job* found = nullptr;
    for (const Job& job : row().jobs) {
      if (job.kind == kind && job.transfer.value() == transfer) found = &job;
    }
    REALM_CHECK(found != nullptr, "no ", ToString(kind));
    return *found;
  }
  Changes Lease(JobKind kind, absl::string_view transfer = "main") {
    return Happen(LeaseInput{key, Find(kind, transfer).number, WorkerId("w1")});
  }
  Changes Report(JobKind kind, ReportInput::Outcome outcome, absl::string_view error = "",
                 absl::string_view transfer = "main") {
    ReportInput report = ReportFor(row(), Find(kind, transfer), outcome);
    report.error = std::string(error);
    return Happen(std::move(report));
  }
  Changes Lose(JobKind kind, absl::string_view transfer = "main") {
    const Job& job = Find(kind, transfer);
    return Happen(LeaseLostInput{key, job.number, job.epoch, "no frame for 15s", {}});
  }
  void Run(JobKind kind, absl::string_view transfer = "main") {
    Lease(kind, transfer);
    Report(kind, ReportInput::Outcome::kDone, "", transfer);
  }

  // Goes on well until that state; Failed and what follows it by way of a copy that fails.
  void To(State state) {
    while (world.FindRow(key) == nullptr || row().state != state)
      Advance(state);
  }

  // The gates of what does not block.
  void CloseGates() {
    for (const Transfer& t : std::vector<Transfer>(row().transfers)) {
      if (!t.blocking) Run(JobKind::kClose, t.name.value());
    }
  }

  const Migration& row() const { return *world.FindRow(key); }
  const Tenant& tenant() const { return *world.FindTenantRow(key); }

  SmallCoordinator world;
  absl::Time now;
  MigrationKey key = KeyFor("m1");

 private:
  void Advance(State wanted) {
    if (world.FindRow(key) == nullptr) {
      wanted == State::kCancelled ? Send(Hook::kRollback) : Schedule();
      return;
    }
    const bool fails =
        wanted == State::kFailed || wanted == State::kRollingBack || wanted == State::kRolledBack;
    switch (row().state) {
      case State::kScheduled:
        now = At(2);
        Send(Hook::kStart);
        return;
      case State::kCopying:
        CloseGates();
        Lease(JobKind::kCopy);
        Report(JobKind::kCopy,
               fails ? ReportInput::Outcome::kFailedForGood : ReportInput::Outcome::kDone);
        return;
      case State::kReadyToCommit:
        Send(Hook::kCommit);
        return;
      case State::kCommitting:
        Run(JobKind::kCopy);
        Traffic("EU");
        return;
      case State::kSwitched:
        Run(JobKind::kOpen);
        now += row().terms.purge_grace;
        Run(JobKind::kPurge);
        return;
      case State::kFailed:
        Send(Hook::kRollback);
        return;
      case State::kRollingBack:
        Run(JobKind::kRollback);
        return;
      case State::kNone:
      case State::kCommitted:
      case State::kRolledBack:
      case State::kCancelled:
        break;
    }
    REALM_CHECK(false, "no way from ", ToString(row().state), " to ", ToString(wanted));
  }
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_TESTS_SUPPORT_COORDINATOR_JOURNEY_H_
