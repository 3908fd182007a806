// From one stack to another and back, without the system call for signal masks that swapcontext
// makes each time: a run switches stacks some hundred times for each migration.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_STACK_SWITCH_H_
#define REALMSHIFT_TESTS_SIM_WORLD_STACK_SWITCH_H_

#include <cstddef>

#ifndef __x86_64__
#include <ucontext.h>
#endif

namespace realm::sim {

// Where a stack was left. Thread safety: one thread.
struct StackPlace {
#ifdef __x86_64__
  void* top = nullptr;  // What the callee must keep lies there, and under it where to go on.
#else
  ucontext_t context;
#endif
};

// Makes `place` the beginning of `enter` on the `bytes` from `stack` on. `enter` must not return.
void PrepareStack(char* stack, size_t bytes, void (*enter)(), StackPlace* place);

// Leaves the stack that runs at `from`, and goes on at `to`.
void SwitchStack(StackPlace* from, StackPlace* to);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_STACK_SWITCH_H_
