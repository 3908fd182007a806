#include "tests/sim/world/fiber.h"

#include <utility>
#include <vector>

#include "common/check.h"
#include "tests/sim/world/stack_switch.h"

#if defined(__SANITIZE_ADDRESS__)
#define REALM_SIM_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define REALM_SIM_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define REALM_SIM_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define REALM_SIM_TSAN 1
#endif
#endif

#ifdef REALM_SIM_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef REALM_SIM_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace realm::sim {
namespace {

constexpr size_t kStackBytes = 256 * 1024;

using Stack = std::unique_ptr<char[]>;

// Ended fibers' stacks, for the next ones.
std::vector<Stack>& SpareStacks() {
  thread_local std::vector<Stack> spare;
  return spare;
}

Stack TakeStack() {
  std::vector<Stack>& spare = SpareStacks();
  if (spare.empty()) return Stack(new char[kStackBytes]);
  Stack stack = std::move(spare.back());
  spare.pop_back();
  return stack;
}

thread_local Fiber* running = nullptr;

}  // namespace

struct Fiber::Machine {
  Stack stack = TakeStack();
  StackPlace inside;   // Where the body waits.
  StackPlace outside;  // Where whoever resumed it does.
#ifdef REALM_SIM_ASAN
  void* fake_stack = nullptr;
  const void* caller_stack = nullptr;
  size_t caller_bytes = 0;
  void* caller_fake_stack = nullptr;
#endif
#ifdef REALM_SIM_TSAN
  void* own = __tsan_create_fiber(0);
  void* caller = nullptr;
#endif
};

Fiber::Fiber(absl::AnyInvocable<void()> body)
    : body_(std::move(body)), machine_(std::make_unique<Machine>()) {}

Fiber::~Fiber() {
  REALM_CHECK(done_ || !started_, "a fiber is given up half way");
#ifdef REALM_SIM_TSAN
  __tsan_destroy_fiber(machine_->own);
#endif
  SpareStacks().push_back(std::move(machine_->stack));
}

Fiber* Fiber::Running() {
  return running;
}

void Fiber::Resume() {
  REALM_CHECK(!done_ && running == nullptr);
  Machine& m = *machine_;
  running = this;
  if (!started_) {
    started_ = true;
    PrepareStack(m.stack.get(), kStackBytes, &Fiber::Enter, &m.inside);
  }
#ifdef REALM_SIM_ASAN
  __sanitizer_start_switch_fiber(&m.caller_fake_stack, m.stack.get(), kStackBytes);
#endif
#ifdef REALM_SIM_TSAN
  m.caller = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(m.own, 0);
#endif
  SwitchStack(&m.outside, &m.inside);
#ifdef REALM_SIM_ASAN
  __sanitizer_finish_switch_fiber(m.caller_fake_stack, nullptr, nullptr);
#endif
  running = nullptr;
  if (thrown_ != nullptr) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

void Fiber::Wait() {
  REALM_CHECK(running != nullptr, "only a fiber can wait");
  Machine& m = *running->machine_;
#ifdef REALM_SIM_ASAN
  __sanitizer_start_switch_fiber(&m.fake_stack, m.caller_stack, m.caller_bytes);
#endif
#ifdef REALM_SIM_TSAN
  __tsan_switch_to_fiber(m.caller, 0);
#endif
  SwitchStack(&m.inside, &m.outside);
#ifdef REALM_SIM_ASAN
  __sanitizer_finish_switch_fiber(m.fake_stack, &m.caller_stack, &m.caller_bytes);
#endif
}

void Fiber::Enter() {
  running->Run();
}

void Fiber::Run() {
#ifdef REALM_SIM_ASAN
  __sanitizer_finish_switch_fiber(nullptr, &machine_->caller_stack, &machine_->caller_bytes);
#endif
  try {
    body_();
  } catch (...) {
    thrown_ = std::current_exception();
  }
  body_ = nullptr;
  done_ = true;
#ifdef REALM_SIM_ASAN
  __sanitizer_start_switch_fiber(nullptr, machine_->caller_stack, machine_->caller_bytes);
#endif
#ifdef REALM_SIM_TSAN
  __tsan_switch_to_fiber(machine_->caller, 0);
#endif
  SwitchStack(&machine_->inside, &machine_->outside);
}

}  // namespace realm::sim
