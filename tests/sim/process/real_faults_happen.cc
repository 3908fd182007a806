// What each kind of fault does to the programs, their links, machines and records.

#include <signal.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "tests/sim/process/real_faults.h"
#include "tests/support/eventually.h"

namespace realm::sim {
namespace {

using chaos::LinkMode;

constexpr absl::string_view kCoordinator = ctl::LocalSystem::kCoordinator;
// Of what the scenario gives no amount.
constexpr absl::Duration kSlowMost = absl::Seconds(3);
constexpr absl::Duration kJumpMost = absl::Hours(3);
// What is left of a torn write.
constexpr int64_t kTornMost = 64;
// For a hook of the platform's that tells of an installation.
constexpr absl::Duration kHookPatience = absl::Seconds(5);

}  // namespace

// One that works for the migration if there is one, and else any that runs.
std::string RealFaults::PickWorker(const Pending& pending) const {
  std::vector<std::string> ids = system_->WorkersOf(pending.fault.realm);
  ids.erase(std::remove_if(ids.begin(), ids.end(),
                           [this](const std::string& id) { return held_.count(id) > 0; }),
            ids.end());
  const auto seen = seen_->find(pending.migration);
  if (seen != seen_->end()) {
    for (const v1::Job& job : seen->second.row.jobs()) {
      const bool at_work = job.state() == v1::Job::STATE_LEASED;
      if (at_work && std::count(ids.begin(), ids.end(), job.worker_id()) > 0) {
        return job.worker_id();
      }
    }
  }
  return ids.empty() ? "" : ids[random_() % ids.size()];
}

std::optional<std::string> RealFaults::Happen(const Pending& pending) {
  switch (pending.fault.kind) {
    case FaultKind::kKillWorker:
    case FaultKind::kPauseWorker:
    case FaultKind::kDrainWorker:
    case FaultKind::kSuspend:
      return HappenToProgram(pending);
    case FaultKind::kPartition:
    case FaultKind::kOneWayIn:
    case FaultKind::kOneWayOut:
    case FaultKind::kCutData:
    case FaultKind::kStoreDown:
    case FaultKind::kStoreSlow:
      return HappenToWire(pending.fault);
    case FaultKind::kCrashCoordinator:
      if (pending.fault.moment == CrashMoment::kNow) return HappenToProgram(pending);
      return HappenToDisk(pending.fault);
    case FaultKind::kTornWrite:
    case FaultKind::kSyncError:
    case FaultKind::kDiskFull:
    case FaultKind::kDiskSlow:
      return HappenToDisk(pending.fault);
    case FaultKind::kClockJump:
      return HappenToClock(pending);
    default:
      return HappenToMove(pending);
  }
}

std::optional<std::string> RealFaults::HappenToProgram(const Pending& pending) {
  const FaultKind kind = pending.fault.kind;
  const bool of_coordinator = kind == FaultKind::kCrashCoordinator || kind == FaultKind::kSuspend;
  const std::string whom = of_coordinator ? std::string(kCoordinator) : PickWorker(pending);
  if (whom.empty() || !Halt(whom, kind, LengthOf(pending.fault))) return std::nullopt;
  return whom;
}

// Stops the program or ends it, until it goes on or starts again.
bool RealFaults::Halt(const std::string& name, FaultKind kind, absl::Duration length) {
  if (held_.count(name) > 0) return false;
  ctl::LocalSystem& programs = system_->programs();
  held_.insert(name);
  if (kind == FaultKind::kPauseWorker || kind == FaultKind::kSuspend) {
    programs.child(name).Signal(SIGSTOP);
    UndoAfter(length, [this, name, &programs] {
      programs.child(name).Signal(SIGCONT);
      held_.erase(name);
      log_->Say(name, "goes on");
    });
    return true;
  }
  programs.child(name).Signal(kind == FaultKind::kDrainWorker ? SIGTERM : SIGKILL);
  UndoAfter(length, [this, name, &programs] {
    REALM_CHECK_OK(programs.Start(name));
    held_.erase(name);
    log_->Say(name, "starts again");
  });
  return true;
}

std::optional<std::string> RealFaults::HappenToWire(const Fault& fault) {
  const std::string whom = RealmOf(fault);
  std::vector<std::string> links;
  LinkMode mode = LinkMode::kHoldBoth;
  switch (fault.kind) {
    case FaultKind::kCutData:
      for (const RealmSpec& realm : scenario_.realms) {
        if (realm.code == whom) continue;
        for (const std::string& id : system_->WorkersOf(realm.code))
          links.push_back(absl::StrCat("peers to ", id));
      }
      break;
    case FaultKind::kStoreDown:
    case FaultKind::kStoreSlow:
      links.push_back(absl::StrCat("database of ", PlaceOf(scenario_, whom)));
      mode = fault.kind == FaultKind::kStoreDown ? LinkMode::kReset : LinkMode::kSlow;
      break;
    default:
      for (const std::string& id : system_->WorkersOf(whom))
        links.push_back(absl::StrCat(id, " to coordinator"));
      if (fault.kind == FaultKind::kOneWayIn) mode = LinkMode::kHoldAnswers;
      if (fault.kind == FaultKind::kOneWayOut) mode = LinkMode::kHoldRequests;
  }
  HoldLinks(links, mode, LengthOf(fault));
  return whom;
}

void RealFaults::HoldLinks(const std::vector<std::string>& names, LinkMode mode,
                           absl::Duration length) {
  for (const std::string& name : names)
    system_->SetLink(name, mode);
  UndoAfter(length, [this, names] {
    for (const std::string& name : names)
      system_->SetLink(name, LinkMode::kPass);
  });
}

// The coordinator's.
std::optional<std::string> RealFaults::HappenToDisk(const Fault& fault) {
  chaos::Machine& machine = system_->machine(std::string(kCoordinator));
  const absl::Duration length = LengthOf(fault);
  switch (fault.kind) {
    case FaultKind::kCrashCoordinator:
      KillAtWrite(fault.moment, 0, length);
      break;
    case FaultKind::kTornWrite:
      KillAtWrite(CrashMoment::kBeforeNextWrite, static_cast<int64_t>(random_() % kTornMost) + 1,
                  length);
      break;
    case FaultKind::kSyncError:
      machine.FailSyncs(1);
      UndoOnce(
          [&machine, before = machine.syncs_failed()] { return machine.syncs_failed() > before; },
          [&machine] { machine.FailSyncs(0); });
      break;
    case FaultKind::kDiskFull:
      machine.FillDisk(0);
      UndoAfter(length, [&machine] { machine.EmptyDisk(); });
      break;
    default:  // kDiskSlow
      machine.SlowSyncs(pace_->Real(AmountOf(fault, kSlowMost)));
      UndoAfter(length, [&machine] { machine.SlowSyncs(absl::ZeroDuration()); });
  }
  return std::string(kCoordinator);
}

// Of the write that is not to be made, `room` bytes are.
void RealFaults::KillAtWrite(CrashMoment moment, int64_t room, absl::Duration length) {
  chaos::Machine& machine = system_->machine(std::string(kCoordinator));
  const bool before = moment == CrashMoment::kBeforeNextWrite;
  if (before) machine.FillDisk(room);
  const auto count = [&machine, before] {
    return before ? machine.writes_refused() : machine.syncs();
  };
  UndoOnce([count, begun = count()] { return count() > begun; },
           [this, &machine, length] {
             machine.EmptyDisk();
             if (healed_) return;
             Halt(std::string(kCoordinator), FaultKind::kCrashCoordinator, length);
           });
}

std::optional<std::string> RealFaults::HappenToClock(const Pending& pending) {
  const bool of_coordinator = pending.fault.realm.empty();
  const std::string whom = of_coordinator ? std::string(kCoordinator) : PickWorker(pending);
  if (whom.empty()) return std::nullopt;
  absl::Duration& clock = clocks_[whom];
  clock += pace_->Real(AmountOf(pending.fault, kJumpMost));
  system_->machine(whom).SetClock(clock);
  return whom;
}

Story* RealFaults::StoryOf(const Pending& pending) {
  const std::string& id =
      pending.fault.migration.empty() ? pending.migration : pending.fault.migration;
  const auto found = std::find_if(stories_->begin(), stories_->end(), [&](const auto& story) {
    return id.empty() || story->spec().id == id;
  });
  return found == stories_->end() ? nullptr : found->get();
}

// The records of a tenant that moves, and what people do about it.
std::optional<std::string> RealFaults::HappenToMove(const Pending& pending) {
  Story* story = StoryOf(pending);
  if (story == nullptr) return std::nullopt;
  const MigrationSpec& spec = story->spec();
  const std::string realm = pending.fault.realm.empty() ? spec.target : pending.fault.realm;
  const ctl::Site site = system_->SiteOf(spec.tenant, story->app().route());
  const auto tell = [&] {
    const auto reply = platform_->Uninstall(site);
    return reply.ok() && reply->status == 200;
  };
  switch (pending.fault.kind) {
    case FaultKind::kLeftovers:
      story->app().LeaveRecords(realm);
      return absl::StrCat(spec.tenant, " in ", realm);
    case FaultKind::kPoisonRow:
      story->app().Poison(realm);
      return absl::StrCat(spec.tenant, " in ", realm);
    case FaultKind::kGarble:
      story->app().Garble(realm);
      return absl::StrCat(spec.tenant, " in ", realm);
    case FaultKind::kCancel:
      story->Cancel();
      return spec.id;
    case FaultKind::kUninstall:
    case FaultKind::kReinstall:
      if (!Eventually(tell, kHookPatience)) return std::nullopt;
      if (pending.fault.kind == FaultKind::kReinstall) {
        UndoAfter(LengthOf(pending.fault), [this, story] { Reinstall(*story); });
      }
      return spec.tenant;
    case FaultKind::kRotateSecret: {
      const auto rotate = [&] {
        return system_->RotateSecret(spec.tenant, story->app().route(), *platform_);
      };
      if (!Eventually(rotate, kHookPatience)) return std::nullopt;
      return spec.tenant;
    }
    default:
      REALM_CHECK(false, "refused before the run: ", ToString(pending.fault.kind));
  }
}

// Where the platform is by then.
void RealFaults::Reinstall(const Story& story) {
  const std::string& tenant = story.spec().tenant;
  const auto tell = [&] {
    const auto reply = platform_->Install(system_->SiteOf(tenant, story.app().route()));
    return reply.ok() && reply->status == 200;
  };
  log_->Say(tenant, Eventually(tell, kHookPatience) ? "is installed again" : "stays uninstalled");
}

}  // namespace realm::sim
