// What befalls the programs, one thing after the other, as a seed says.

#ifndef REALMSHIFT_TESTS_CHAOS_STORM_H_
#define REALMSHIFT_TESTS_CHAOS_STORM_H_

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "common/clock.h"
#include "tests/chaos/link_proxy.h"
#include "tests/e2e/running_system.h"

namespace realm::chaos {

struct StormFigures {
  int64_t kills = 0;
  int64_t stops = 0;
  int64_t partitions = 0;
  int64_t database_restarts = 0;
  // Of programs that nobody killed; whoever runs them starts them again.
  int64_t exits = 0;
};

// Thread safety: the program's main thread, as of RunningSystem.
class Storm {
 public:
  // `links` are those that can be cut, by name. All must outlive this.
  Storm(uint64_t seed, e2e::RunningSystem* running,
        std::map<std::string, std::unique_ptr<LinkProxy>>* links);

  // Does the next thing, and whatever is due of those before: starts what was killed, wakes what
  // was stopped, heals what was cut. Returns at once.
  void Turn();
  // Everything is whole after it.
  void Calm();

  const StormFigures& figures() const { return figures_; }

 private:
  void Kill();
  void Stop();
  void Cut();
  void RestartDatabase();
  void Restore(bool all);
  int Draw(int bound) { return static_cast<int>(random_() % static_cast<uint64_t>(bound)); }
  absl::Duration DrawSpan(absl::Duration most);

  std::mt19937_64 random_;
  const SystemClock clock_;
  e2e::RunningSystem* const running_;
  std::map<std::string, std::unique_ptr<LinkProxy>>* const links_;
  // When, of the monotonic clock, each is whole again.
  std::map<std::string, absl::Duration> dead_;
  std::map<std::string, absl::Duration> stopped_;
  std::map<std::string, absl::Duration> cut_;
  StormFigures figures_;
};

}  // namespace realm::chaos

#endif  // REALMSHIFT_TESTS_CHAOS_STORM_H_
