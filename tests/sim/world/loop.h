// Virtual time: what happens next, and to whom.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_LOOP_H_
#define REALMSHIFT_TESTS_SIM_WORLD_LOOP_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace realm::sim {

// What can be killed and stopped: a program on a machine.
struct Process {
  std::string name;
  bool up = false;
  bool paused = false;
  uint64_t life = 0;  // Grows with each start: what was meant for an earlier one is lost.
  std::vector<absl::AnyInvocable<void()>> held;  // What came while it was paused.
};

// Events in the order of (time, sequence). Thread safety: one thread.
class Loop {
 public:
  using Action = absl::AnyInvocable<void()>;

  absl::Duration now() const { return now_; }
  uint64_t steps() const { return steps_; }

  // `action` happens to `owner` after `delay`: not at all if its life is over by then, later if it
  // is paused. A null owner is the world itself.
  void After(absl::Duration delay, Process* owner, Action action);

  // The next event. False: there is none, or it is later than `until`.
  bool RunOne(absl::Duration until);

  void Pause(Process* process) { process->paused = true; }
  // What was held happens at once, in its order.
  void Continue(Process* process);

 private:
  struct Event {
    Process* owner = nullptr;
    uint64_t life = 0;
    Action action;
  };
  // Where an event is in `events_`: the heap moves these alone.
  struct Place {
    int64_t at = 0;  // Nanoseconds.
    uint64_t sequence = 0;
    size_t index = 0;
  };
  // Of a heap whose front is the earliest.
  struct Later {
    bool operator()(const Place& a, const Place& b) const {
      return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
    }
  };

  absl::Duration now_;
  int64_t now_nanoseconds_ = 0;  // The same.
  uint64_t sequence_ = 0;
  uint64_t steps_ = 0;
  std::vector<Place> heap_;
  std::vector<Event> events_;
  std::vector<size_t> free_;  // Of `events_`.
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_LOOP_H_
