// A thread for work that may block for seconds: loading keys.

#ifndef REALMSHIFT_COORDINATOR_EDGE_BACKGROUND_H_
#define REALMSHIFT_COORDINATOR_EDGE_BACKGROUND_H_

#include <deque>
#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace realm::edge {

// Runs what it is given, one after another, in the order given. Thread safety: any thread may call
// Run, also from inside such work.
class Background {
 public:
  Background();
  // Finishes what is running; the rest is dropped.
  ~Background();

  void Run(std::function<void()> work);

 private:
  void RunAll();

  absl::Mutex mutex_;
  std::deque<std::function<void()>> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_BACKGROUND_H_
