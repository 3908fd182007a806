// `--backend process`: scenarios on the real programs, over loopback, with PostgreSQL stores, in
// real time that passes faster.

#ifndef REALMSHIFT_TESTS_SIM_PROCESS_PROCESS_BACKEND_H_
#define REALMSHIFT_TESTS_SIM_PROCESS_PROCESS_BACKEND_H_

#include <string>
#include <vector>

#include "tests/sim/backend.h"

namespace realm::sim {

class ProcessBackend final : public Backend {
 public:
  std::vector<std::string> WordsNotPlayed(const Scenario& scenario) const override;
  Verdict Play(const Scenario& scenario, uint64_t seed, int speed,
               const std::string& folder) const override;
  absl::Duration LimitOf(const Scenario& scenario, int speed) const override;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_PROCESS_PROCESS_BACKEND_H_
