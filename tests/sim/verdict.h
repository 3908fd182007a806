// What one run of one scenario under one seed amounts to.

#ifndef REALMSHIFT_TESTS_SIM_VERDICT_H_
#define REALMSHIFT_TESTS_SIM_VERDICT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "tests/sim/scenario.h"
#include "tests/sim/world/run.h"

namespace realm::sim {

struct Verdict {
  uint64_t seed = 0;
  Outcome outcome;  // With the findings of Judge among its violations.
  // The program died in the run, or did not come to an end: what it said last. The outcome is
  // empty then, but for one violation, "assertion" or "timeout".
  std::string last_words;
  absl::Duration took;

  bool passed() const { return outcome.violations.empty(); }
};

// What `expect` and `thresholds` find wrong with `outcome`.
std::vector<Violation> Judge(const Scenario& scenario, const Outcome& outcome);

// "1.2 s", "31h", "00:41:07".
std::string ShortSeconds(absl::Duration duration);
std::string ShortHours(absl::Duration duration);
std::string ClockText(absl::Duration duration);

// 4182 as "4,182".
std::string Grouped(int64_t number);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_VERDICT_H_
