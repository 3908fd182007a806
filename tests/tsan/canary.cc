// Shows whether ThreadSanitizer sees: `race` has a data race on purpose, and under it this program
// must be told so. `lock` is the same with the race closed, by each of the ways in which the
// product waits, and nothing may be said.

#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

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

  void AwaitSome() {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(this, &Counter::HasSome), absl::Minutes(1));
  }

  void AwaitAll() {
    absl::MutexLock lock(&mutex_, absl::Condition(this, &Counter::HasSome));
    mutex_.Await(absl::Condition(this, &Counter::HasAll));
  }

  // For who knows that all have counted.
  int count() const ABSL_NO_THREAD_SAFETY_ANALYSIS { return count_; }

 private:
  static constexpr int kAll = 2000;

  void Increment() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    ++count_;
    text_ = std::to_string(count_);
  }
  bool HasSome() const ABSL_NO_THREAD_SAFETY_ANALYSIS { return count_ > kAll / 2; }
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
  absl::Notification counted;
  const auto count = [&] {
    for (int i = 0; i < 1000; ++i)
      counter.Add(locked);
  };
  std::thread first(count);
  std::thread second(count);
  std::thread third([&] {
    if (!locked) return;
    counter.AwaitSome();
    counter.AwaitAll();
    counted.Notify();
  });
  if (locked) {
    counted.WaitForNotification();
    std::printf("%d\n", counter.count());
  }
  for (std::thread* thread : {&first, &second, &third})
    thread->join();
  return 0;
}
