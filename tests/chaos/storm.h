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
#include "tests/chaos/machine.h"
#include "tests/chaos/zombies.h"
#include "tests/e2e/running_system.h"

namespace realm::chaos {

struct StormFigures {
  int64_t kills = 0;
  int64_t stops = 0;
  // Links that held what was sent, one way or both; and links that were slow, lossy or reset.
  int64_t partitions = 0;
  int64_t bad_links = 0;
  int64_t database_restarts = 0;
  int64_t clock_steps = 0;
  int64_t full_disks = 0;
  int64_t failing_syncs = 0;
  // Of programs that nobody killed; whoever runs them starts them again.
  int64_t exits = 0;
};

// What can be cut, by name.
using Links = std::map<std::string, std::unique_ptr<LinkProxy>>;

// Thread safety: the program's main thread, as of RunningSystem.
class Storm {
 public:
  // All must outlive this; each program runs on its machine.
  Storm(uint64_t seed, e2e::RunningSystem* running, Links* links, Machines* machines,
        Zombies* zombies);

  // Does the next thing, and whatever is due of those before: starts what was killed, wakes what
  // was stopped, heals what was cut. Returns at once, but for a database that starts.
  void Turn();
  // Everything is whole after it.
  void Calm();

  const StormFigures& figures() const { return figures_; }

 private:
  // By name, when, of the monotonic clock, each is whole again.
  using Pending = std::map<std::string, absl::Duration>;

  void Kill();
  void Stop();
  void Cut();
  void RestartDatabase();
  void StepClock();
  void FillDisk();
  void FailSyncs();
  void Restore(bool all);
  void StartAgain(const std::string& name, bool calm);
  // Of those that are there; empty when none is. Who fell asleep in a job is let sleep.
  std::string DrawProgram();
  // Of those with a disk of their own.
  std::string DrawDisk();
  int Draw(int bound) { return static_cast<int>(random_() % static_cast<uint64_t>(bound)); }
  absl::Duration DrawSpan(absl::Duration most);
  void Mend(const std::string& name, absl::Duration most, Pending* pending);

  std::mt19937_64 random_;
  const SystemClock clock_;
  e2e::RunningSystem* const running_;
  Links* const links_;
  Machines* const machines_;
  Zombies* const zombies_;
  Pending dead_;
  Pending stopped_;
  Pending cut_;
  Pending stepped_;
  Pending full_;
  Pending failing_;
  StormFigures figures_;
};

}  // namespace realm::chaos

#endif  // REALMSHIFT_TESTS_CHAOS_STORM_H_
