// What must not be after a run on the real programs.

#ifndef REALMSHIFT_TESTS_SIM_PROCESS_JUDGE_H_
#define REALMSHIFT_TESTS_SIM_PROCESS_JUDGE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

#include "tests/sim/process/lookout.h"
#include "tests/sim/process/pace.h"
#include "tests/sim/process/tenant_app.h"
#include "tests/sim/scenario.h"
#include "tests/sim/world/run.h"

namespace realm::sim {

// Thread safety: one thread.
class RealJudge {
 public:
  RealJudge(const Scenario& scenario, const Pace* pace, RunLog* log)
      : scenario_(scenario), pace_(pace), log_(log) {}

  void Violate(absl::string_view invariant, const std::string& what, absl::string_view kind);

  // Each migration has ended, or says that a person must act. Fills in the ends.
  void JudgeEnds(const Lookout& lookout, Outcome* out);
  // Each tenant's records are as they were acknowledged, where it is and nowhere else. After the
  // ends; `apps` are in the order of the scenario's tenants, and do not run.
  void JudgeTenants(const std::vector<std::unique_ptr<TenantApp>>& apps, Outcome* out);

  std::vector<Violation> TakeViolations() { return std::move(violations_); }

 private:
  MigrationEnd JudgeEnd(const std::string& migration, const Lookout& lookout);
  void JudgeTenant(const TenantSpec& tenant, TenantApp& app, Outcome* out);
  bool HasEnded(const TenantSpec& tenant, const Outcome& out) const;
  bool IsPlaceOf(const TenantSpec& tenant, const std::string& place) const;

  const Scenario& scenario_;
  const Pace* const pace_;
  RunLog* const log_;
  std::vector<Violation> violations_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_PROCESS_JUDGE_H_
