// What the engine does that nobody asked for: what time brings, and the clock's own faults.
#include <algorithm>
#include <utility>
#include <vector>

#include "common/limits.h"
#include "common/seeded_bug.h"
#include "coordinator/core/view.h"
#include "coordinator/engine/engine.h"

namespace realm::coordinator {
namespace {

// More than a time daemon that slews takes off, or adds, between two turns.
constexpr absl::Duration kClockStep = absl::Seconds(1);

}  // namespace

// Where what has elapsed is part of a proof, it has to have elapsed: before a clock that was set,
// or one that another process read, is believed, what rests on it begins anew.
void Engine::DoubtClock(Moment now, Round* round) {
  const absl::Duration ahead = (now.wall - turned_at_.wall) - (now.mono - turned_at_.mono);
  if (absl::AbsDuration(ahead) > kClockStep) clock_doubted_ = true;
  turned_at_ = now;
  if (!clock_doubted_ || Seeded(SeededBug::kClockTrusted)) return;
  std::vector<Input> inputs;
  for (const MigrationKey& key : open_) {
    if (RestsOnClock(*book_.FindMigration(key), now.wall))
      inputs.push_back(Input{ClockInput{key}, "clock"});
  }
  // Their order is that of a hash.
  std::sort(inputs.begin(), inputs.end(),
            [](const Input& a, const Input& b) { return KeyOf(a) < KeyOf(b); });
  clock_doubted_ = !inputs.empty();
  if (inputs.empty()) return;
  StepAll(std::move(inputs), now, round);
  pending_.push_back([this](const absl::Status& written) { clock_doubted_ = !written.ok(); });
}

// What is due by itself, and jobs for whoever is free.
void Engine::StepOwn(Moment now, Round* round) {
  StepTimers(now, round);
  StepAll(dispatch_.Expire(now), now, round);
  MatchJobs(now, round);
}

void Engine::StepTimers(Moment now, Round* round) {
  // Set back: a time that was soon may now be hours ahead, so each is looked at anew.
  if (now.wall < stepped_at_ - kClockStep) {
    for (const MigrationKey& key : open_)
      timers_.Set(key, now.wall);
  }
  stepped_at_ = now.wall;
  for (const MigrationKey& key : timers_.TakeDue(now.wall, kDrainMax)) {
    StepAll({Input{TickInput{key}, "clock"}}, now, round);
    // Even when nothing was recorded, a job's waiting time may be over.
    if (const MigrationPtr m = round->FindMigration(key)) Adopt(*m, now);
  }
}

void Engine::MatchJobs(Moment now, Round* round) {
  while (std::optional<Input> lease = dispatch_.NextMatch()) {
    const MigrationKey key = KeyOf(*lease);
    const absl::StatusOr<Answer> answer = StepOne(*std::move(lease), now, round);
    if (answer.ok() && answer->recorded) continue;
    // Not ready after all: the wall clock stepped back, or the tenant's rows are frozen.
    Migration row = *round->FindMigration(key);
    if (!answer.ok()) row.jobs.clear();
    Adopt(row, now);
  }
}

}  // namespace realm::coordinator
