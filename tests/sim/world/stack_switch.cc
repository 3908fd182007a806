#include "tests/sim/world/stack_switch.h"

#include <cstdint>

#ifdef __x86_64__

// What a function must keep for its caller goes onto the stack that is left, and comes back from
// the one that is taken up.
extern "C" void realm_sim_switch_stack(void** leave, void* take_up);

asm(R"(
.text
.p2align 4
.globl realm_sim_switch_stack
.hidden realm_sim_switch_stack
.type realm_sim_switch_stack, @function
realm_sim_switch_stack:
  .cfi_startproc
  endbr64
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
  .cfi_endproc
.size realm_sim_switch_stack, . - realm_sim_switch_stack
)");

namespace realm::sim {

void PrepareStack(char* stack, size_t bytes, void (*enter)(), StackPlace* place) {
  constexpr uintptr_t kAlignment = 16;
  constexpr int kKept = 6;
  auto** slot =
      reinterpret_cast<void**>((reinterpret_cast<uintptr_t>(stack) + bytes) & ~(kAlignment - 1));
  *--slot = nullptr;  // As if somebody had called `enter`.
  *--slot = reinterpret_cast<void*>(enter);
  for (int i = 0; i < kKept; ++i)
    *--slot = nullptr;
  place->top = slot;
}

void SwitchStack(StackPlace* from, StackPlace* to) {
  realm_sim_switch_stack(&from->top, to->top);
}

}  // namespace realm::sim

#else

namespace realm::sim {

void PrepareStack(char* stack, size_t bytes, void (*enter)(), StackPlace* place) {
  getcontext(&place->context);
  place->context.uc_stack.ss_sp = stack;
  place->context.uc_stack.ss_size = bytes;
  place->context.uc_link = nullptr;
  makecontext(&place->context, enter, 0);
}

void SwitchStack(StackPlace* from, StackPlace* to) {
  swapcontext(&from->context, &to->context);
}

}  // namespace realm::sim

#endif
