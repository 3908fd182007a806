// What everything in one simulated world shares: time, chance, the wire's condition, and what is
// written down.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_GROUND_H_
#define REALMSHIFT_TESTS_SIM_WORLD_GROUND_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "tests/sim/scenario.h"
#include "tests/sim/world/event_log.h"
#include "tests/sim/world/loop.h"
#include "tests/sim/world/random.h"
#include "tests/sim/world/run.h"

namespace realm::sim {

// The condition of all wires. Counts, since faults of one kind may overlap.
struct Wires {
  std::map<std::string, int> deaf_in;   // By realm: its workers do not hear the coordinator.
  std::map<std::string, int> deaf_out;  // By realm: the coordinator does not hear its workers.
  std::map<std::string, int> data_cut;  // By realm: does not hear other realms' workers.
  int lost = 0;                         // Of a thousand messages.
  int doubled = 0;
  absl::Duration slow;  // At most this much longer.
};

// What a job asks its own realm's store for.
enum class JobCall : uint8_t { kReads, kClaims, kChanges };

struct Ground {
  Ground(const Scenario& the_scenario, uint64_t seed, bool keep_events)
      : scenario(the_scenario), random(seed), log(keep_events) {}

  const Scenario& scenario;
  Random random;
  Loop loop;
  EventLog log;
  Wires wires;
  bool healed = false;  // Faults are over.
  absl::flat_hash_map<std::string, int64_t> counters;
  std::vector<Violation> violations;
  std::set<std::string> violated;
  int64_t faults = 0;
  // Called before each call of a job. True: the call is still in the worker's hands, so that it
  // goes out when the worker goes on, and never if it dies. Empty: nobody wants to know.
  std::function<bool(Process* worker, JobCall call)> before_job_call;

  template <typename... Parts>
  void Log(absl::string_view who, const Parts&... parts) {
    log.Add(loop.now(), who, parts...);
  }
  void Count(absl::string_view what, int64_t by = 1) { counters[what] += by; }
  // A fault that took effect.
  void CountFault(absl::string_view kind) {
    ++faults;
    ++counters[absl::StrCat("fault/", kind)];
  }
  void Violate(absl::string_view invariant, absl::string_view what,
               absl::string_view kind = "invariant") {
    Log("auditor", "VIOLATION ", invariant, ": ", what);
    if (!violated.insert(std::string(invariant)).second) return;
    violations.push_back(
        {std::string(invariant), std::string(what), loop.now(), loop.steps(), std::string(kind)});
  }

  // How long a message is under way.
  absl::Duration Latency() {
    absl::Duration out = absl::Microseconds(random.Between(200, 5000));
    if (wires.slow > absl::ZeroDuration() && random.Chance(300)) {
      CountFault("delay-calls");
      out += random.Between(absl::ZeroDuration(), wires.slow);
    }
    return out;
  }
  bool Loses() {
    if (wires.lost == 0 || !random.Chance(wires.lost)) return false;
    CountFault("drop-calls");
    return true;
  }
  bool Doubles() {
    if (wires.doubled == 0 || !random.Chance(wires.doubled)) return false;
    CountFault("duplicate-calls");
    return true;
  }
};

inline bool IsCut(const std::map<std::string, int>& cuts, const std::string& realm) {
  const auto found = cuts.find(realm);
  return found != cuts.end() && found->second > 0;
}

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_GROUND_H_
