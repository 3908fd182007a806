// Shows whether ThreadSanitizer sees: `race` has a data race on purpose, and under it this program
// must end with an error. `lock` is the same with the race closed, by each of the ways in which the
// product waits, and must not.

#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace {

// Two threads count and one waits for what they have counted.
class Counter {
 public:
  void Add(bool locked) {
    if (locked) {
      absl::MutexLock lock(&mutex_);
      Increment();
    } else {
      Increment();
    }
  }

  void AwaitAll() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &Counter::HasAll));
  }

 private:
  static constexpr int kAll = 2000;

  void Increment() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    ++count_;
    text_ = std::to_string(count_);
  }
  bool HasAll() const ABSL_NO_THREAD_SAFETY_ANALYSIS { return count_ == kAll; }

  absl::Mutex mutex_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string text_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

int main(int argc, char** argv) {
  const bool locked = argc > 1 && std::strcmp(argv[1], "lock") == 0;
  if (!locked && (argc < 2 || std::strcmp(argv[1], "race") != 0)) {
    std::fputs("tsan_canary race|lock\n", stderr);
    return 2;
  }
  Counter counter;
  const auto count = [&] {
    for (int i = 0; i < 1000; ++i)
      counter.Add(locked);
  };
  std::thread first(count);
  std::thread second(count);
  if (locked) counter.AwaitAll();
  first.join();
  second.join();
  return 0;
}
