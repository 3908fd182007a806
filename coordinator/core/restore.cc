#include "coordinator/core/restore.h"

namespace realm::coordinator {
namespace {

// Before the switch a rollback may have come, and erased what was verified.
bool MayHaveBeenUndone(const Migration& m) {
  return m.state == State::kCopying || m.state == State::kReadyToCommit ||
         m.state == State::kCommitting;
}

void ForgetLease(Job* job) {
  if (job->state != JobState::kLeased) return;
  const bool unwanted = job->stopping && PreparesTarget(job->kind);
  job->state = unwanted ? JobState::kCancelled : JobState::kWaiting;
  job->stopping = false;
  job->not_before = absl::InfinitePast();
}

// A first copy stays ended once the last pass is planned.
void PrepareAgain(const Migration& m, Job* job) {
  if (!PreparesTarget(job->kind) || job->state != JobState::kDone) return;
  if (job->kind == JobKind::kCopy && m.state == State::kCommitting && !job->final_pass) return;
  job->state = JobState::kWaiting;
  job->not_before = absl::InfinitePast();
}

void ForgetPreparation(Transfer* transfer) {
  transfer->closed_epoch = 0;
  transfer->verified_epoch = 0;
  transfer->sealed_verified_epoch = 0;
  transfer->manifest.clear();
}

// An undo is proven again too: who restored twice may have copied again in between.
void UndoAgain(Migration* m) {
  for (Job& job : m->jobs) {
    const bool undoes = job.kind == JobKind::kRollback || job.kind == JobKind::kOpen;
    if (!undoes || job.state != JobState::kDone) continue;
    job.state = JobState::kWaiting;
    job.not_before = absl::InfinitePast();
  }
  for (Transfer& transfer : m->transfers) {
    transfer.erased_epoch = 0;
    transfer.unsealed_epoch = 0;
  }
}

}  // namespace

bool TakeForOutdated(uint64_t generation, Migration* m) {
  if (m->generation == generation || m->no_op) return false;
  m->generation = generation;
  m->outdated = true;
  for (Job& job : m->jobs)
    ForgetLease(&job);
  if (m->state == State::kRollingBack) UndoAgain(m);
  if (!MayHaveBeenUndone(*m)) return true;
  for (Job& job : m->jobs)
    PrepareAgain(*m, &job);
  for (Transfer& transfer : m->transfers)
    ForgetPreparation(&transfer);
  return true;
}

}  // namespace realm::coordinator
