// Where jobs run.

#ifndef REALMSHIFT_WORKER_AGENT_EXECUTOR_H_
#define REALMSHIFT_WORKER_AGENT_EXECUTOR_H_

#include "absl/functional/any_invocable.h"

namespace realm::worker {

// Implemented by threads in the program and by turns in the simulator.
//
// Thread safety: any thread.
class Executor {
 public:
  virtual ~Executor() = default;
  // Runs `work` once, later, never inside this call.
  virtual void Start(absl::AnyInvocable<void()> work) = 0;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_AGENT_EXECUTOR_H_
