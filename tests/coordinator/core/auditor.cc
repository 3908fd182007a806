#include "tests/coordinator/core/auditor.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"

#include "coordinator/core/view.h"

namespace realm::coordinator {
std::string Ahead(absl::Time time, absl::Time now) {
  if (time <= now) return ".";
  if (time == absl::InfiniteFuture()) return "-.";
  return absl::StrCat(absl::ToInt64Milliseconds(time - now), ".");
}

void Auditor::Require(bool holds, const std::string& what) {
  if (!holds && wrong_.empty()) wrong_ = what;
}

std::string Auditor::Watch(const Input& input, absl::Time now, bool accepted,
                           const Migration* after, const Tenant& tenant) {
  if (after == nullptr) return "";
  for (const Transfer& t : after->transfers)
    parts_[t.name.value()].blocking = t.blocking;
  WatchWorld(input, now, accepted, *after);
  WatchLeases(*after, now);
  CheckDirectory(tenant, *after, now);
  CheckEnd(*after);
  return wrong_;
}

void Auditor::WatchWorld(const Input& input, absl::Time now, bool accepted, const Migration& m) {
  if (const auto* traffic = std::get_if<TrafficInput>(&input.body)) WatchTraffic(*traffic, now, m);
  if (const auto* hook = std::get_if<HookInput>(&input.body)) {
    if (hook->hook == Hook::kCommit && accepted) last_commit_ = now;
  }
  if (std::holds_alternative<ConfirmInput>(input.body) && accepted) {
    evidence_ = true;
    contradicted_ = false;
  }
  const bool quiet = m.terms.accept_elapsed && last_commit_ != absl::InfinitePast() &&
                     now >= std::max(last_commit_, last_at_source_) + *m.terms.accept_elapsed;
  if (quiet) evidence_ = true;
  if (const auto* report = std::get_if<ReportInput>(&input.body)) EndJob(*report, m);
  // What runs on is of an older generation than anything that is leased from now on.
  if (std::holds_alternative<RestoredInput>(input.body)) running_copies_.clear();
  if (const auto* lost = std::get_if<LeaseLostInput>(&input.body)) {
    if (seen_epochs_[lost->job] == lost->epoch) running_copies_.erase(lost->job);
  }
}

void Auditor::WatchTraffic(const TrafficInput& traffic, absl::Time now, const Migration& m) {
  if (last_commit_ == absl::InfinitePast()) return;
  if (traffic.realm == m.target) {
    const absl::Time quiet_since = std::max(last_commit_, last_at_source_);
    const bool late = now >= quiet_since + m.terms.retry_horizon;
    if (m.terms.switch_order == SwitchOrder::kAfterCommit || late) evidence_ = true;
  } else if (traffic.realm == m.source) {
    last_at_source_ = now;
    if (flipped_ == absl::InfiniteFuture()) evidence_ = false;
    if (now >= flipped_ + absl::Minutes(1)) contradicted_ = true;
  }
}

void Auditor::WatchLeases(const Migration& m, absl::Time now) {
  for (const Job& job : m.jobs) {
    uint64_t& seen = seen_epochs_[job.number];
    if (job.epoch == seen) continue;
    Require(job.epoch > seen, "an epoch fell");
    for (const auto& [number, epoch] : seen_epochs_) {
      Require(number == job.number || epoch < job.epoch, "an epoch was used before");
    }
    seen = job.epoch;
    BeginJob(job, m, now);
  }
}

void Auditor::BeginJob(const Job& job, const Migration& m, absl::Time now) {
  Require(!m.no_op, "a no-op has work");
  Require(end_.empty(), "work begins after the end");
  Part* part = &parts_.at(job.transfer.value());
  const RealmId& realm = job.kind == JobKind::kPurge ? m.source : m.target;
  Require(job.kind == JobKind::kOpen || job.realm == realm, "work in the wrong realm");
  switch (job.kind) {
    case JobKind::kCopy:
      return BeginCopy(job, part);
    case JobKind::kOpen:
      return BeginOpen(job, m, part);
    case JobKind::kPurge:
      return BeginPurge(m, now, part);
    case JobKind::kRollback:
      return BeginRollback(part);
    case JobKind::kClose:
      Require(part->gate == Access::kClosed, "a gate closes that the tenant uses");
      return;
  }
}

void Auditor::BeginCopy(const Job& job, Part* part) {
  Require(part->gate == Access::kClosed, "a copy writes into a target that the tenant uses");
  Require(part->source == Source::kWhole, "a copy reads a source that is being deleted");
  part->target = Target::kPart;
  running_copies_.insert(job.number);
  if (!job.seals) return;
  for (auto& [name, other] : parts_) {
    if (other.source_access == Access::kOpen) other.source_access = Access::kMaybe;
  }
}

void Auditor::BeginOpen(const Job& job, const Migration& m, Part* part) {
  if (job.realm == m.target) {
    Require(evidence_, "a gate opens though nothing shows that the platform has switched");
    Require(part->target == Target::kEqual, "a gate opens before what is behind it is verified");
    Require(part->source_access == Access::kClosed, "two realms take the tenant's writes");
    part->gate = std::max(part->gate, Access::kMaybe);
    return;
  }
  for (const auto& [name, other] : parts_) {
    Require(other.target == Target::kNothing, "the source opens before the target is empty");
    Require(other.source == Source::kWhole, "the source opens with something missing");
  }
  part->source_access = std::max(part->source_access, Access::kMaybe);
}

void Auditor::BeginPurge(const Migration& m, absl::Time now, Part* part) {
  Require(evidence_, "a purge though nothing shows that the platform has switched");
  Require(!contradicted_, "a purge though the tenant came to the source");
  Require(now >= flipped_ + m.terms.purge_grace, "a purge in the grace");
  for (const auto& [name, other] : parts_) {
    Require(other.target == Target::kEqual, "a purge before everything is verified");
    Require(other.gate == Access::kOpen, "a purge before everything is open");
    Require(other.source_access == Access::kClosed, "a purge of what still takes writes");
  }
  part->source = Source::kPart;
}

void Auditor::BeginRollback(Part* part) {
  Require(running_copies_.empty(), "undo runs while a copy does");
  for (const auto& [name, other] : parts_) {
    Require(other.gate == Access::kClosed, "undo of what the tenant uses");
    Require(other.source == Source::kWhole, "undo though the source is not whole");
  }
  part->target = Target::kPart;
}

void Auditor::EndJob(const ReportInput& report, const Migration& m) {
  // The store refuses what an older lease still tries.
  const Job* job = FindJob(m, report.job);
  if (job == nullptr || seen_epochs_[report.job] != report.epoch || report.epoch == 0) return;
  const bool was_running = running_copies_.erase(report.job) > 0 || job->kind != JobKind::kCopy;
  const bool right =
      report.records_left == 0 && (job->kind != JobKind::kCopy || !report.manifest.empty());
  if (report.outcome == ReportInput::Outcome::kDone && right && was_running) FinishJob(*job, m);
}

void Auditor::FinishJob(const Job& job, const Migration& m) {
  Part& part = parts_.at(job.transfer.value());
  switch (job.kind) {
    case JobKind::kCopy:
      if (job.seals) {
        for (auto& [name, other] : parts_)
          other.source_access = Access::kClosed;
      }
      part.target = part.source_access == Access::kClosed ? Target::kEqual : Target::kStale;
      part.gate_was_closed = true;
      return;
    case JobKind::kOpen:
      (job.realm == m.target ? part.gate : part.source_access) = Access::kOpen;
      return;
    case JobKind::kPurge:
      part.source = Source::kEmpty;
      return;
    case JobKind::kRollback:
      part.target = Target::kNothing;
      return;
    case JobKind::kClose:
      part.gate_was_closed = true;
      return;
  }
}

void Auditor::CheckDirectory(const Tenant& t, const Migration& m, absl::Time now) {
  const std::string entry = absl::StrCat(t.realm.value(), t.writable, t.read_through.value());
  Require(t.epoch >= entry_epoch_, "the entry's epoch fell");
  Require(entry_.empty() || entry == entry_ || t.epoch > entry_epoch_,
          "the entry changed and kept its epoch");
  entry_ = entry;
  entry_epoch_ = t.epoch;
  const bool at_target = t.realm == m.target;
  if (at_target && m.source != m.target && flipped_ == absl::InfiniteFuture()) flipped_ = now;
  if (m.no_op || (m.transfers.empty() && m.jobs.empty())) return;
  Require(at_target || t.realm == m.source, "the directory names a third realm");
  Require(flipped_ == absl::InfiniteFuture() || at_target, "the directory went back");
  Require(!at_target || evidence_, "the directory names the target without evidence");
  for (const auto& [name, part] : parts_) {
    Require(!at_target || part.gate_was_closed, "the tenant may write where its data is to come");
    if (at_target && part.blocking) {
      Require(part.target == Target::kEqual, "the directory names a target that is not whole");
      Require(!t.writable || part.gate == Access::kOpen, "writable, but the gate is closed");
    }
    if (at_target) continue;
    Require(part.source == Source::kWhole, "the directory names a source that is not whole");
    Require(!t.writable || part.source_access == Access::kOpen, "writable, but sealed");
  }
}

void Auditor::CheckEnd(const Migration& m) {
  const std::string word(StatusWord(m));
  Require(end_.empty() || end_ == word, "something left its end");
  for (const auto& [name, part] : parts_) {
    Require(
        word != "ready-to-commit" || m.no_op || part.gate_was_closed,
        "the platform may send the tenant to where its data is to come, and it may write there");
  }
  for (const Job& job : m.jobs) {
    const bool runs_on = running_copies_.count(job.number) > 0 && !job.stopping;
    Require(word != "failed" || !runs_on, "a copy runs on after the failure");
  }
  const bool moved = word == "committed";
  const bool undone = word == "rolled-back" || word == "cancelled";
  if (!moved && !undone) return;
  end_ = word;
  Require(running_copies_.empty(), "it ended with a copy running");
  for (const auto& [name, part] : parts_) {
    if (m.no_op) continue;
    Require(part.source == (moved ? Source::kEmpty : Source::kWhole), "wrong end for the source");
    Require(part.target == (moved ? Target::kEqual : Target::kNothing), "wrong end for the target");
    Require((moved ? part.gate : part.source_access) == Access::kOpen,
            "nobody can write at the end");
  }
}

std::string Auditor::Key(absl::Time now, const Terms& terms) const {
  std::string out;
  for (const auto& [name, part] : parts_) {
    absl::StrAppend(&out, static_cast<int>(part.source), static_cast<int>(part.target),
                    static_cast<int>(part.source_access), static_cast<int>(part.gate),
                    part.gate_was_closed);
  }
  for (int number : running_copies_)
    absl::StrAppend(&out, "r", number);
  const absl::Time quiet_since = std::max(last_commit_, last_at_source_);
  absl::StrAppend(&out, evidence_, contradicted_, last_commit_ == absl::InfinitePast(),
                  flipped_ == absl::InfiniteFuture(),
                  Ahead(quiet_since + terms.retry_horizon, now));
  if (terms.accept_elapsed) out += Ahead(quiet_since + *terms.accept_elapsed, now);
  absl::StrAppend(&out, Ahead(flipped_ + terms.purge_grace, now),
                  Ahead(flipped_ + absl::Minutes(1), now));
  return out;
}

}  // namespace realm::coordinator
