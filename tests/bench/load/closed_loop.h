// Loops that each do one thing after another until the time or the tenants are used up.
#ifndef REALMSHIFT_TESTS_BENCH_LOAD_CLOSED_LOOP_H_
#define REALMSHIFT_TESTS_BENCH_LOAD_CLOSED_LOOP_H_

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>

#include "tests/bench/load/latencies.h"

namespace realm::bench {

// Thread safety: Next from any thread.
class ClosedLoop {
 public:
  // `begin` starts the work numbered `i`, whose end calls Next. At most `count` in all.
  ClosedLoop(std::function<void(int i)> begin, int count)
      : begin_(std::move(begin)), count_(count) {}

  // Returns when the last of `concurrency` loops has ended; the seconds it took.
  double Run(int concurrency, double seconds) {
    const Clock::time_point start = Clock::now();
    end_ = start + std::chrono::microseconds(static_cast<int64_t>(seconds * 1e6));
    live_ = concurrency;
    for (int i = 0; i < concurrency; ++i)
      Go();
    std::unique_lock<std::mutex> lock(mutex_);
    all_done_.wait(lock, [this] { return live_ == 0; });
    return MillisSince(start) / 1000;
  }

  // One has ended; the next begins.
  void Next() {
    ++finished_;
    Go();
  }

  int finished() const { return finished_; }

 private:
  void Go() {
    const int i = next_++;
    if (Clock::now() < end_ && i < count_) {
      begin_(i);
      return;
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--live_ == 0) all_done_.notify_one();
  }

  const std::function<void(int)> begin_;
  const int count_;
  Clock::time_point end_;
  std::atomic<int> next_{0};
  std::atomic<int> finished_{0};
  std::mutex mutex_;
  std::condition_variable all_done_;
  int live_ = 0;
};

}  // namespace realm::bench

#endif  // REALMSHIFT_TESTS_BENCH_LOAD_CLOSED_LOOP_H_
