#include "coordinator/core/plan.h"

#include <algorithm>
#include <cstdlib>

#include "common/seeded_bug.h"
#include "coordinator/core/view.h"

namespace realm::coordinator {
namespace {

class Planner {
 public:
  Planner(absl::Time now, Migration* m) : now_(now), m_(m) {}

  void Plan() {
    if (m_->no_op) return;
    switch (m_->state) {
      case State::kNone:
      case State::kScheduled:
      case State::kReadyToCommit:
      case State::kCommitted:
      case State::kRolledBack:
      case State::kCancelled:
        return;
      case State::kCopying:
        return PlanCopies();
      case State::kCommitting:
        return PlanFinalPasses();
      case State::kSwitched:
        return PlanAfterSwitch();
      case State::kFailed:
        return StopPreparing();
      case State::kRollingBack:
        StopPreparing();
        return PlanUndo();
    }
    std::abort();  // Not reached: the switch is exhaustive.
  }

  bool changed() const { return changed_; }

 private:
  template <typename Predicate>
  bool Has(JobKind kind, const Transfer& t, Predicate wanted) const {
    return std::any_of(m_->jobs.begin(), m_->jobs.end(), [&](const Job& j) {
      return j.kind == kind && j.transfer == t.name && wanted(j);
    });
  }
  bool Has(JobKind kind, const Transfer& t) const {
    return Has(kind, t, [](const Job&) { return true; });
  }

  Job* Add(JobKind kind, const Transfer& t, const RealmId& realm) {
    Job job;
    job.number = m_->jobs.empty() ? 1 : m_->jobs.back().number + 1;
    job.kind = kind;
    job.transfer = t.name;
    job.realm = realm;
    job.created = now_;
    m_->jobs.push_back(std::move(job));
    changed_ = true;
    return &m_->jobs.back();
  }

  // What blocks has its gate closed by its own copy, without which nobody commits.
  void PlanGates() {
    if (Seeded(SeededBug::kOptionalGateLeftOpen)) return;
    for (const Transfer& t : m_->transfers) {
      if (!t.blocking && !Has(JobKind::kClose, t)) Add(JobKind::kClose, t, m_->target);
    }
  }

  void PlanCopies() {
    for (const Transfer& t : m_->transfers) {
      if (!Has(JobKind::kCopy, t))
        Add(JobKind::kCopy, t, m_->target)->seals = m_->terms.seal_at_ready;
    }
    PlanGates();
  }

  // Every transfer gets a pass under the seal. A first copy that runs is let
  // finish; one that does not is replaced.
  void PlanFinalPasses() {
    CancelFirstCopies();
    for (const Transfer& t : m_->transfers) {
      if (Has(JobKind::kCopy, t, [](const Job& j) { return j.final_pass; })) continue;
      Job* job = Add(JobKind::kCopy, t, m_->target);
      job->seals = !Seeded(SeededBug::kFinalPassWithoutSeal);
      job->final_pass = true;
      if (Seeded(SeededBug::kGateOpensAtCommit)) Add(JobKind::kOpen, t, m_->target);
      if (Seeded(SeededBug::kPurgeAtCommit)) Add(JobKind::kPurge, t, m_->source);
    }
  }

  // Final verification, then the gate, then - when all are through - the purge.
  void PlanAfterSwitch() {
    CancelFirstCopies();
    for (const Transfer& t : m_->transfers) {
      if (t.sealed_verified_epoch != 0 && !Has(JobKind::kOpen, t)) {
        Add(JobKind::kOpen, t, m_->target);
      }
    }
    if (Seeded(SeededBug::kOptionalPurgedUnverified) ? !AllBlockingOpened(*m_) : !AllOpened(*m_)) {
      return;
    }
    for (const Transfer& t : m_->transfers) {
      if (!Has(JobKind::kPurge, t)) Add(JobKind::kPurge, t, m_->source);
    }
    if (m_->counter_proof) Stop(JobKind::kPurge);
  }

  void PlanUndo() {
    for (const Transfer& t : m_->transfers) {
      if (MayHoldCopy(*m_, t.name) && !Has(JobKind::kRollback, t)) {
        Add(JobKind::kRollback, t, Seeded(SeededBug::kUndoErasesSource) ? m_->source : m_->target);
      }
      if (SealMayExist(*m_) && !Has(JobKind::kOpen, t)) Add(JobKind::kOpen, t, m_->source);
    }
  }

  // One that comes back unfinished must not start again after the final pass: it
  // would write into a target that the tenant is already using.
  void CancelFirstCopies() {
    if (Seeded(SeededBug::kFirstCopyAfterGate)) return;
    for (Job& job : m_->jobs) {
      if (job.kind == JobKind::kCopy && !job.final_pass) CancelIfWaiting(&job);
    }
  }

  void StopPreparing() {
    for (Job& job : m_->jobs) {
      if (PreparesTarget(job.kind)) CancelIfWaiting(&job);
    }
    Stop(JobKind::kClose);
    Stop(JobKind::kCopy);
  }

  void Stop(JobKind kind) {
    for (Job& job : m_->jobs) {
      if (job.kind != kind || job.state != JobState::kLeased || job.stopping) continue;
      job.stopping = true;
      changed_ = true;
    }
  }

  void CancelIfWaiting(Job* job) {
    if (job->state != JobState::kWaiting) return;
    job->state = JobState::kCancelled;
    changed_ = true;
  }

  absl::Time now_;
  Migration* m_;
  bool changed_ = false;
};

}  // namespace

bool PlanJobs(absl::Time now, Migration* migration) {
  Planner planner(now, migration);
  planner.Plan();
  return planner.changed();
}

}  // namespace realm::coordinator
