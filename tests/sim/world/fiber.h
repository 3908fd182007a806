// A call that can wait in the middle: jobs block where they call a store or another realm, and one
// thread runs all of them in turns.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_FIBER_H_
#define REALMSHIFT_TESTS_SIM_WORLD_FIBER_H_

#include <exception>
#include <memory>

#include "absl/functional/any_invocable.h"

namespace realm::sim {

// Thread safety: one thread for all fibers.
class Fiber {
 public:
  explicit Fiber(absl::AnyInvocable<void()> body);
  // REQUIRES: done, or never resumed. A stack that is given up half way would leak what is on it.
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Goes on until the body waits or ends. What the body throws comes out here.
  // REQUIRES: not done, and no fiber runs.
  void Resume();
  bool done() const { return done_; }

  // In a body: back to whoever resumed it.
  static void Wait();
  // The one that runs, or null.
  static Fiber* Running();

 private:
  struct Machine;
  static void Enter();
  void Run();

  absl::AnyInvocable<void()> body_;
  std::unique_ptr<Machine> machine_;
  std::exception_ptr thrown_;
  bool started_ = false;
  bool done_ = false;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_FIBER_H_
