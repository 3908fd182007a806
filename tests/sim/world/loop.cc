#include "tests/sim/world/loop.h"

#include <algorithm>

namespace realm::sim {

void Loop::After(absl::Duration delay, Process* owner, Action action) {
  Place place;
  place.at = now_nanoseconds_ + std::max<int64_t>(absl::ToInt64Nanoseconds(delay), 0);
  place.sequence = ++sequence_;
  if (free_.empty()) {
    free_.push_back(events_.size());
    events_.emplace_back();
  }
  place.index = free_.back();
  free_.pop_back();
  Event& event = events_[place.index];
  event.owner = owner;
  event.life = owner == nullptr ? 0 : owner->life;
  event.action = std::move(action);
  heap_.push_back(place);
  std::push_heap(heap_.begin(), heap_.end(), Later());
}

bool Loop::RunOne(absl::Duration until) {
  if (heap_.empty() || heap_.front().at > absl::ToInt64Nanoseconds(until)) return false;
  std::pop_heap(heap_.begin(), heap_.end(), Later());
  const Place place = heap_.back();
  heap_.pop_back();
  now_nanoseconds_ = place.at;
  now_ = absl::Nanoseconds(place.at);
  Event event = std::move(events_[place.index]);
  free_.push_back(place.index);
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
