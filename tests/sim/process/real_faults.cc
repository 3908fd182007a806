#include "tests/sim/process/real_faults.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "common/check.h"
#include "coordinator/core/state.h"

namespace realm::sim {
namespace {

// Of what the scenario gives no length.
constexpr absl::Duration kLeastLength = absl::Seconds(5);
constexpr absl::Duration kMostLength = absl::Minutes(5);

v1::Job::Kind KindOf(coordinator::JobKind kind) {
  return static_cast<v1::Job::Kind>(static_cast<int>(kind));
}

bool IsSoFar(const v1::Job& job, int percent) {
  if (job.state() == v1::Job::STATE_DONE) return true;
  if (job.state() != v1::Job::STATE_LEASED) return false;
  const v1::Progress& progress = job.progress();
  return progress.records_done() * 100 >=
         progress.records_total_estimate() * static_cast<int64_t>(percent);
}

bool HasCome(const Trigger& when, const Seen& seen) {
  if (when.kind == Trigger::Kind::kState) {
    return seen.states.count(std::string(coordinator::ToString(when.state))) > 0;
  }
  return std::any_of(seen.row.jobs().begin(), seen.row.jobs().end(), [&](const v1::Job& job) {
    const bool first_pass = seen.jobs_of_copying.count(job.job_id()) > 0;
    return job.kind() == KindOf(when.job) && !(when.final_pass && first_pass) &&
           IsSoFar(job, when.percent);
  });
}

}  // namespace

RealFaults::RealFaults(const Scenario& scenario, RealSystem* system,
                       std::vector<std::unique_ptr<Story>>* stories, const Pace* pace, RunLog* log,
                       uint64_t seed)
    : scenario_(scenario),
      system_(system),
      stories_(stories),
      pace_(pace),
      log_(log),
      random_(seed) {
  for (const Fault& fault : scenario.faults) {
    Pending& pending = pending_.emplace_back();
    pending.fault = fault;
    if (fault.when.kind == Trigger::Kind::kAt) pending.due = fault.when.at + fault.when.after;
  }
}

bool RealFaults::AwaitsState() const {
  return std::any_of(pending_.begin(), pending_.end(), [](const Pending& pending) {
    return pending.due == absl::InfiniteDuration();
  });
}

void RealFaults::Turn(const std::map<std::string, Seen>& seen) {
  seen_ = &seen;
  const absl::Duration now = pace_->Now();
  for (size_t i = 0; i < undo_.size();) {
    if (undo_[i].at > now) {
      ++i;
      continue;
    }
    const Undo undo = std::move(undo_[i]);
    undo_.erase(undo_.begin() + static_cast<std::ptrdiff_t>(i));
    undo.act();
  }
  for (Pending& pending : pending_) {
    if (pending.due != absl::InfiniteDuration()) continue;
    for (const auto& [id, each] : seen) {
      if (!pending.fault.migration.empty() && pending.fault.kind != FaultKind::kCancel &&
          pending.fault.migration != id) {
        continue;
      }
      if (!HasCome(pending.fault.when, each)) continue;
      pending.due = now + pending.fault.when.after;
      pending.migration = id;
      break;
    }
  }
  // What finds nobody to befall waits.
  pending_.erase(
      std::remove_if(pending_.begin(), pending_.end(),
                     [&](const Pending& pending) { return pending.due <= now && Happen(pending); }),
      pending_.end());
}

void RealFaults::Heal() {
  pending_.clear();
  for (const Undo& undo : std::exchange(undo_, {}))
    undo.act();
}

void RealFaults::UndoAfter(absl::Duration length, std::function<void()> act) {
  undo_.push_back({pace_->Now() + length, std::move(act)});
}

absl::Duration RealFaults::LengthOf(const Fault& fault) {
  if (fault.length > absl::ZeroDuration()) return fault.length;
  return kLeastLength +
         (kMostLength - kLeastLength) * static_cast<int64_t>(random_() % 1000) / 1000;
}

std::string RealFaults::RealmOf(const Fault& fault) {
  if (!fault.realm.empty()) return fault.realm;
  return scenario_.realms[random_() % scenario_.realms.size()].code;
}

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

bool RealFaults::Happen(const Pending& pending) {
  const Fault& fault = pending.fault;
  const absl::Duration length = LengthOf(fault);
  std::string whom = RealmOf(fault);
  std::vector<std::string> links;
  switch (fault.kind) {
    case FaultKind::kKillWorker:
    case FaultKind::kPauseWorker:
    case FaultKind::kDrainWorker:
      whom = PickWorker(pending);
      if (whom.empty() || !HappenToProgram(whom, fault, length)) return false;
      break;
    case FaultKind::kCrashCoordinator:
    case FaultKind::kSuspend:
      whom = std::string(ctl::LocalSystem::kCoordinator);
      if (!HappenToProgram(whom, fault, length)) return false;
      break;
    case FaultKind::kPartition:
    case FaultKind::kOneWayIn:
    case FaultKind::kOneWayOut:
      for (const std::string& id : system_->WorkersOf(whom))
        links.push_back(absl::StrCat(id, " to coordinator"));
      HoldLinks(links,
                fault.kind == FaultKind::kPartition  ? chaos::LinkMode::kHoldBoth
                : fault.kind == FaultKind::kOneWayIn ? chaos::LinkMode::kHoldAnswers
                                                     : chaos::LinkMode::kHoldRequests,
                length);
      break;
    case FaultKind::kCutData:
      for (const RealmSpec& realm : scenario_.realms) {
        if (realm.code == whom) continue;
        for (const std::string& id : system_->WorkersOf(realm.code))
          links.push_back(absl::StrCat("peers to ", id));
      }
      HoldLinks(links, chaos::LinkMode::kHoldBoth, length);
      break;
    case FaultKind::kStoreDown:
      HoldLinks({absl::StrCat("database of ", PlaceOf(scenario_, whom))}, chaos::LinkMode::kReset,
                length);
      break;
    case FaultKind::kCancel:
      whom = fault.migration.empty() ? pending.migration : fault.migration;
      for (const auto& story : *stories_)
        if (whom.empty() || story->spec().id == whom) story->Cancel();
      break;
    default:
      REALM_CHECK(false, "refused before the run: ", ToString(fault.kind));
  }
  ++count_;
  const std::string word = absl::StrReplaceAll(ToString(fault.kind), {{"_", "-"}});
  log_->Count(absl::StrCat("fault/", word));
  log_->Say("fault", absl::StrCat(word, " ", whom));
  return true;
}

bool RealFaults::HappenToProgram(const std::string& name, const Fault& fault,
                                 absl::Duration length) {
  if (held_.count(name) > 0) return false;
  ctl::LocalSystem& programs = system_->programs();
  if (fault.kind == FaultKind::kPauseWorker || fault.kind == FaultKind::kSuspend) {
    programs.child(name).Signal(SIGSTOP);
    held_.insert(name);
    UndoAfter(length, [this, name, &programs] {
      programs.child(name).Signal(SIGCONT);
      held_.erase(name);
      log_->Say(name, "goes on");
    });
    return true;
  }
  programs.child(name).Signal(fault.kind == FaultKind::kDrainWorker ? SIGTERM : SIGKILL);
  held_.insert(name);
  UndoAfter(length, [this, name, &programs] {
    REALM_CHECK_OK(programs.Start(name));
    held_.erase(name);
    log_->Say(name, "starts again");
  });
  return true;
}

void RealFaults::HoldLinks(const std::vector<std::string>& names, chaos::LinkMode mode,
                           absl::Duration length) {
  for (const std::string& name : names)
    system_->SetLink(name, mode);
  UndoAfter(length, [this, names] {
    for (const std::string& name : names)
      system_->SetLink(name, chaos::LinkMode::kPass);
  });
}

}  // namespace realm::sim
