// What becomes of workers, and how far their jobs are.

#include <algorithm>
#include <utility>

#include "coordinator/core/view.h"
#include "tests/sim/world/chaos.h"

namespace realm::sim {
namespace {

using coordinator::JobKind;

// A worker that is to stand still in the middle of a write does so at once if none comes for this
// long.
constexpr absl::Duration kWriteAwaited = absl::Seconds(2);
// What strikes a job strikes it within this, a few calls later at most.
constexpr absl::Duration kStrikeMax = absl::Milliseconds(3);

bool IsAboutProgress(const Fault& fault) {
  return fault.when.kind == Trigger::Kind::kProgress;
}

}  // namespace

WorkerNode* Chaos::PickWorker(const Fault& fault) {
  std::vector<WorkerNode*> able;
  std::vector<WorkerNode*> busy;
  for (const auto& worker : *world_.workers) {
    const bool fits = fault.realm.empty() || worker->realm() == fault.realm;
    if (!fits || !worker->up() || worker->process()->paused) continue;
    able.push_back(worker.get());
    if (worker->busy()) busy.push_back(worker.get());
  }
  if (able.empty()) return nullptr;
  // One that does nothing is hardly missed.
  const bool wants_busy = !busy.empty() && world_.ground->random.Chance(800);
  const std::vector<WorkerNode*>& from = wants_busy ? busy : able;
  return from[static_cast<size_t>(world_.ground->random.Below(static_cast<int64_t>(from.size())))];
}

void Chaos::StartAgain(WorkerNode* worker, absl::Duration after) {
  world_.ground->loop.After(after, nullptr, [worker] {
    if (!worker->up()) worker->Start();
  });
}

void Chaos::HappenToWorker(const Fault& fault, WorkerNode* subject) {
  Ground& ground = *world_.ground;
  const bool is_it = subject != nullptr && subject->up() && !subject->process()->paused &&
                     (fault.realm.empty() || fault.realm == subject->realm());
  WorkerNode* worker = is_it ? subject : PickWorker(fault);
  if (worker == nullptr) return;
  switch (fault.kind) {
    case FaultKind::kKillWorker:
      ground.CountFault("kill-worker");
      worker->Kill();
      return StartAgain(worker, LengthOf(fault));
    case FaultKind::kPauseWorker:
      return PauseAtWrite(worker, LengthOf(fault));
    case FaultKind::kRunTwice:
      return worker->RunTwice();
    default:
      ground.CountFault("drain-worker");
      worker->Drain();
      return AwaitDrained(worker, worker->process()->life, LengthOf(fault));
  }
}

// A worker with a job stands still while it sends a write, which goes out when it goes on: by then
// another may have its job.
void Chaos::PauseAtWrite(WorkerNode* worker, absl::Duration length) {
  if (!worker->busy()) return Pause(worker, length);
  Process* const process = worker->process();
  pauses_[process] = {process->life, length};
  world_.ground->loop.After(kWriteAwaited, process, [this, worker, length] {
    if (pauses_.erase(worker->process()) > 0) Pause(worker, length);
  });
}

void Chaos::Pause(WorkerNode* worker, absl::Duration length) {
  Ground& ground = *world_.ground;
  ground.CountFault("pause-worker");
  ground.Log(worker->address(), "stands still");
  ground.loop.Pause(worker->process());
  UndoAfter(length, [&ground, worker, life = worker->process()->life] {
    if (worker->process()->paused && worker->process()->life == life) {
      ground.Log(worker->address(), "goes on");
      ground.loop.Continue(worker->process());
    }
  });
}

void Chaos::AwaitDrained(WorkerNode* worker, uint64_t life, absl::Duration length) {
  world_.ground->loop.After(absl::Seconds(1), worker->process(), [this, worker, life, length] {
    if (!worker->agent()->IsDrained()) return AwaitDrained(worker, life, length);
    worker->Kill();
    StartAgain(worker, length);
  });
}

bool Chaos::BeforeJobCall(Process* process, JobCall call) {
  if (world_.ground->healed || (pauses_.empty() && progress_awaited_ == 0)) return false;
  const auto found =
      std::find_if(world_.workers->begin(), world_.workers->end(),
                   [process](const auto& worker) { return worker->process() == process; });
  if (progress_awaited_ > 0) StrikeAtProgress(found->get());
  const auto pause = pauses_.find(process);
  if (pause == pauses_.end() || pause->second.life != process->life) return false;
  if (call == JobCall::kReads || process->paused) return false;
  // Most at records, some at fences, seals and gates.
  if (call == JobCall::kClaims && !world_.ground->random.Chance(200)) return false;
  const absl::Duration length = pause->second.length;
  pauses_.erase(pause);
  Pause(found->get(), length);
  return true;
}

void Chaos::StrikeAtProgress(WorkerNode* worker) {
  const v1::AttachRequest frame = worker->agent()->MakeFrame();
  for (size_t i = 0; i < waiting_.size();) {
    const Fault fault = waiting_[i];
    const bool due = IsAboutProgress(fault) &&
                     std::any_of(frame.jobs().begin(), frame.jobs().end(),
                                 [&](const v1::JobReport& job) { return IsSoFar(fault, job); });
    if (!due) {
      ++i;
      continue;
    }
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    --progress_awaited_;
    world_.ground->Log("fault", "is due: ", ToString(fault.kind), " at ", worker->address());
    if (fault.kind == FaultKind::kPauseWorker && fault.when.after == absl::ZeroDuration() &&
        (fault.realm.empty() || fault.realm == worker->realm())) {
      PauseAtWrite(worker, LengthOf(fault));
      continue;
    }
    const absl::Duration after =
        fault.when.after + world_.ground->random.Between(absl::ZeroDuration(), kStrikeMax);
    world_.ground->loop.After(after, nullptr, [this, fault, worker] { Happen(fault, worker); });
  }
}

// Whether the report is of a job such as the fault waits for, and that has done its share.
bool Chaos::IsSoFar(const Fault& fault, const v1::JobReport& report) const {
  for (const auto& [key, row] : rows_) {
    if (!fault.migration.empty() && fault.migration != key.migration.value()) continue;
    for (const coordinator::Job& job : row.jobs) {
      if (job.kind != fault.when.job || job.final_pass != fault.when.final_pass) continue;
      if (job.epoch != report.epoch() || JobIdOf(row, job) != report.job_id()) continue;
      return PercentOf(row, job, report) >= fault.when.percent;
    }
  }
  return false;
}

// Of its records. A rollback does not know how many there are: what it has left is counted. An
// opening has none.
int64_t Chaos::PercentOf(const coordinator::Migration& row, const coordinator::Job& job,
                         const v1::JobReport& report) const {
  const int64_t done = report.records_done();
  int64_t total = report.records_total_estimate();
  if (job.kind == JobKind::kRollback) {
    total = done;
    for (const RealmStore* store : StoresOf(job.realm.value())) {
      if (store->dataset() != job.transfer.value()) continue;
      total += static_cast<int64_t>(store->Find(row.key.tenant.value())->records.size());
    }
  }
  return total == 0 ? 0 : std::min<int64_t>(done * 100 / total, 100);
}

}  // namespace realm::sim
