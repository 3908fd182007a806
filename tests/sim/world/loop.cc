#include "tests/sim/world/loop.h"

#include <algorithm>

namespace realm::sim {

void Loop::After(absl::Duration delay, Process* owner, Action action) {
  Event event;
  event.at = now_ + std::max(delay, absl::ZeroDuration());
  event.sequence = ++sequence_;
  event.owner = owner;
  event.life = owner == nullptr ? 0 : owner->life;
  event.action = std::move(action);
  heap_.push_back(std::move(event));
  std::push_heap(heap_.begin(), heap_.end(), Later);
}

bool Loop::RunOne(absl::Duration until) {
  if (heap_.empty() || heap_.front().at > until) return false;
  std::pop_heap(heap_.begin(), heap_.end(), Later);
  Event event = std::move(heap_.back());
  heap_.pop_back();
  now_ = std::max(now_, event.at);
  ++steps_;
  if (event.owner != nullptr) {
    if (!event.owner->up || event.owner->life != event.life) return true;
    if (event.owner->paused) {
      event.owner->held.push_back(std::move(event.action));
      return true;
    }
  }
  event.action();
  return true;
}

void Loop::Continue(Process* process) {
  process->paused = false;
  for (Action& action : std::exchange(process->held, {}))
    After(absl::ZeroDuration(), process, std::move(action));
}

}  // namespace realm::sim
