#include "tests/sim/process/real_faults.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

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
      random_(seed),
      platform_(system->MakePlatform()) {
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
    if (undo_[i].at > now && (undo_[i].has_come == nullptr || !undo_[i].has_come())) {
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
  pending_.erase(std::remove_if(pending_.begin(), pending_.end(),
                                [&](const Pending& pending) {
                                  if (pending.due > now) return false;
                                  const auto whom = Happen(pending);
                                  if (whom.has_value()) Note(pending.fault.kind, *whom);
                                  return whom.has_value();
                                }),
                 pending_.end());
}

void RealFaults::Note(FaultKind kind, const std::string& whom) {
  const std::string word = absl::StrReplaceAll(ToString(kind), {{"_", "-"}});
  log_->Count(absl::StrCat("fault/", word));
  log_->Say("fault", absl::StrCat(word, " ", whom));
}

void RealFaults::Heal() {
  healed_ = true;
  pending_.clear();
  for (const Undo& undo : std::exchange(undo_, {}))
    undo.act();
}

void RealFaults::UndoAfter(absl::Duration length, std::function<void()> act) {
  undo_.push_back({pace_->Now() + length, std::move(act), nullptr});
}

void RealFaults::UndoOnce(std::function<bool()> has_come, std::function<void()> act) {
  undo_.push_back({absl::InfiniteDuration(), std::move(act), std::move(has_come)});
}

absl::Duration RealFaults::LengthOf(const Fault& fault) {
  if (fault.length > absl::ZeroDuration()) return fault.length;
  return kLeastLength +
         (kMostLength - kLeastLength) * static_cast<int64_t>(random_() % 1000) / 1000;
}

absl::Duration RealFaults::AmountOf(const Fault& fault, absl::Duration most) {
  if (fault.amount != absl::ZeroDuration()) return fault.amount;
  return most * static_cast<int64_t>(random_() % 1000 + 1) / 1000;
}

std::string RealFaults::RealmOf(const Fault& fault) {
  if (!fault.realm.empty()) return fault.realm;
  return scenario_.realms[random_() % scenario_.realms.size()].code;
}

}  // namespace realm::sim
