// An Executor of a fixed number of threads.

#ifndef REALMSHIFT_WORKER_AGENT_THREAD_EXECUTOR_H_
#define REALMSHIFT_WORKER_AGENT_THREAD_EXECUTOR_H_

#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

#include "worker/agent/executor.h"

namespace realm::worker {

// What is started while all threads are busy waits for one, in order. The queue holds no more than
// its users have orders.
class ThreadExecutor final : public Executor {
 public:
  // REQUIRES: threads >= 1.
  explicit ThreadExecutor(int threads);
  // Waits for everything that was started.
  ~ThreadExecutor() override;

  void Start(absl::AnyInvocable<void()> work) override;

 private:
  void RunThread();
  bool HasTurn() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return closed_ || !waiting_.empty(); }

  absl::Mutex mutex_;
  std::deque<absl::AnyInvocable<void()>> waiting_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_AGENT_THREAD_EXECUTOR_H_
