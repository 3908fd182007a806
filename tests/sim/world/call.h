// A call that a fiber makes and waits for: it takes time, may be lost, and may take effect although
// the caller never learns of it.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_CALL_H_
#define REALMSHIFT_TESTS_SIM_WORLD_CALL_H_

#include <memory>
#include <optional>
#include <utility>

#include "absl/time/time.h"

#include "tests/sim/world/fiber.h"
#include "tests/sim/world/loop.h"

namespace realm::sim {

// One life of a process.
class Life {
 public:
  explicit Life(Process* process) : process_(process), number_(process->life) {}
  Process* process() const { return process_; }
  bool over() const { return !process_->up || process_->life != number_; }

 private:
  Process* process_;
  uint64_t number_;
};

// What becomes of one call.
struct Fate {
  absl::Duration there;
  absl::Duration back;
  bool lost = false;         // It never arrives.
  bool answer_lost = false;  // It takes effect, and the caller does not learn what came of it.
  bool unsent = false;       // It is still in the caller's hands while it is on its way there.
  absl::Duration timeout = absl::Seconds(10);
};

// Runs `effect` at `callee` (null: always there) and waits for its answer; `failure` is what the
// caller gets when there is none. Once the caller's life is over every call fails at once, so that
// its stack unwinds; a call that was under way then may still take effect.
template <typename Answer, typename Effect>
Answer Call(Loop& loop, const Life& caller, Process* callee, const Fate& fate, Effect effect,
            const Answer& failure) {
  struct Pending {
    Fiber* fiber = nullptr;
    std::optional<Answer> answer;
  };
  if (caller.over()) return failure;
  auto pending = std::make_shared<Pending>();
  pending->fiber = Fiber::Running();
  const auto deliver = [&loop, pending, owner = caller.process()](absl::Duration after,
                                                                  Answer answer) {
    loop.After(after, owner, [pending, answer = std::move(answer)]() mutable {
      if (pending->answer || pending->fiber == nullptr) return;
      pending->answer = std::move(answer);
      pending->fiber->Resume();
    });
  };
  if (!fate.lost) {
    loop.After(fate.there, fate.unsent ? caller.process() : callee,
               [deliver, fate, life = caller, effect = std::move(effect)]() mutable {
                 Answer answer = effect();
                 if (!fate.answer_lost && !life.over()) deliver(fate.back, std::move(answer));
               });
  }
  if (fate.lost || fate.answer_lost || callee != nullptr) deliver(fate.timeout, failure);
  while (!pending->answer && !caller.over())
    Fiber::Wait();
  pending->fiber = nullptr;
  return pending->answer ? *std::move(pending->answer) : failure;
}

// False: the caller's life ended meanwhile.
inline bool Sleep(Loop& loop, const Life& caller, absl::Duration length) {
  Fate fate;
  fate.there = length;
  return Call<bool>(
      loop, caller, nullptr, fate, [] { return true; }, false);
}

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_CALL_H_
