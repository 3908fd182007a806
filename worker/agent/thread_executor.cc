#include "worker/agent/thread_executor.h"

#include <utility>

#include "common/check.h"

namespace realm::worker {

ThreadExecutor::ThreadExecutor(int threads) {
  REALM_CHECK(threads >= 1);
  for (int i = 0; i < threads; ++i)
    threads_.emplace_back([this] { RunThread(); });
}

ThreadExecutor::~ThreadExecutor() {
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }
  for (std::thread& thread : threads_)
    thread.join();
}

void ThreadExecutor::Start(absl::AnyInvocable<void()> work) {
  absl::MutexLock lock(&mutex_);
  waiting_.push_back(std::move(work));
}

void ThreadExecutor::RunThread() {
  for (;;) {
    absl::AnyInvocable<void()> work;
    {
      absl::MutexLock lock(&mutex_, absl::Condition(this, &ThreadExecutor::HasTurn));
      if (waiting_.empty()) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    work();
  }
}

}  // namespace realm::worker
