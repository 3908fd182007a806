// Where scenarios are played, when it is not the simulated world: what `run --backend` chooses.

#ifndef REALMSHIFT_TESTS_SIM_BACKEND_H_
#define REALMSHIFT_TESTS_SIM_BACKEND_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/program/arguments.h"
#include "tests/sim/cases.h"
#include "tests/sim/play.h"
#include "tests/sim/verdict.h"

namespace realm::sim {

// How many seconds of a scenario pass in one real second.
inline constexpr int kSpeedDefault = 60;
inline constexpr int kSpeedMax = 600;

// Thread safety: immutable.
class Backend {
 public:
  virtual ~Backend() = default;

  // What of a scenario it cannot play, one a line: "FILE:LINE: the word, and what to do". Empty if
  // it can.
  virtual std::vector<std::string> WordsNotPlayed(const Scenario& scenario) const = 0;

  // One run from its beginning to its verdict, in this process and a folder of its own, which it
  // makes; programs' logs stay in `folder`/log.
  virtual Verdict Play(const Scenario& scenario, uint64_t seed, int speed,
                       const std::string& folder) const = 0;

  // A run takes less than this, whatever happens.
  virtual absl::Duration LimitOf(const Scenario& scenario, int speed) const = 0;
};

// What `run` was told about it.
struct Chosen {
  const Backend* backend = nullptr;  // None: the simulated world.
  int speed = kSpeedDefault;
  std::vector<std::string> skipped;  // Lines that say which scenarios of folders are left out.
};

// Reads --backend and --speed and leaves out of `plan` what the backend cannot play and no argument
// names by itself. `process` is the backend of that name; null: this program has none.
// InvalidArgument: such a scenario is named; nothing remains; a flag that goes not with it.
absl::StatusOr<Chosen> ChooseBackend(const Arguments& arguments, const Backend* process,
                                     Plan* plan);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_BACKEND_H_
