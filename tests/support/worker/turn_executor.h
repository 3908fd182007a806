// An Executor whose work runs when the test says so, in the test's thread.

#ifndef REALMSHIFT_TESTS_SUPPORT_WORKER_TURN_EXECUTOR_H_
#define REALMSHIFT_TESTS_SUPPORT_WORKER_TURN_EXECUTOR_H_

#include <deque>
#include <utility>

#include "absl/functional/any_invocable.h"

#include "worker/agent/executor.h"

namespace realm::worker {

class TurnExecutor final : public Executor {
 public:
  void Start(absl::AnyInvocable<void()> work) override { waiting_.push_back(std::move(work)); }

  // Runs what was started first. False: nothing waits.
  bool RunOne() {
    if (waiting_.empty()) return false;
    absl::AnyInvocable<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    work();
    return true;
  }
  size_t waiting() const { return waiting_.size(); }

 private:
  std::deque<absl::AnyInvocable<void()>> waiting_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_TESTS_SUPPORT_WORKER_TURN_EXECUTOR_H_
