// Latencies of many calls, kept to the last one so that quantiles are exact.
#ifndef REALMSHIFT_TESTS_BENCH_LOAD_LATENCIES_H_
#define REALMSHIFT_TESTS_BENCH_LOAD_LATENCIES_H_

#include <algorithm>
#include <chrono>
#include <mutex>
#include <vector>

namespace realm::bench {

using Clock = std::chrono::steady_clock;

inline double MillisSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Thread safety: any thread.
class Latencies {
 public:
  void Add(double millis) {
    const std::lock_guard<std::mutex> lock(mutex_);
    millis_.push_back(millis);
  }
  double At(double quantile) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (millis_.empty()) return 0;
    std::sort(millis_.begin(), millis_.end());
    const size_t index = static_cast<size_t>(quantile * static_cast<double>(millis_.size()));
    return millis_[std::min(index, millis_.size() - 1)];
  }

 private:
  std::mutex mutex_;
  std::vector<double> millis_;
};

}  // namespace realm::bench

#endif  // REALMSHIFT_TESTS_BENCH_LOAD_LATENCIES_H_
