// One run of a scenario on the real programs.

#ifndef REALMSHIFT_TESTS_SIM_PROCESS_REAL_RUN_H_
#define REALMSHIFT_TESTS_SIM_PROCESS_REAL_RUN_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/sim/process/judge.h"
#include "tests/sim/process/lookout.h"
#include "tests/sim/process/pace.h"
#include "tests/sim/process/real_faults.h"
#include "tests/sim/process/real_system.h"
#include "tests/sim/process/story.h"
#include "tests/sim/process/tenant_app.h"
#include "tests/sim/scenario.h"
#include "tests/sim/world/run.h"

namespace realm::sim {

// Thread safety: the thread that made it.
class RealRun {
 public:
  RealRun(const Scenario& scenario, uint64_t seed, int speed, const std::string& folder);
  ~RealRun();

  // Once.
  Outcome Play();

 private:
  void Begin();
  void PlayOn();
  void StopThreads();
  void Turn();
  void HealWhenDue();
  void StartTheDead();
  bool StoriesAreOver() const;
  bool RestsWithPeople();
  Outcome Judged();

  const Scenario& scenario_;
  const uint64_t seed_;
  Pace pace_;
  RunLog log_;
  RealSystem system_;
  RealJudge judge_;
  std::unique_ptr<Lookout> lookout_;
  std::vector<std::unique_ptr<TenantApp>> apps_;
  std::vector<std::unique_ptr<Story>> stories_;
  std::unique_ptr<RealFaults> faults_;
  std::atomic<bool> stories_stop_{false};
  std::atomic<bool> apps_stop_{false};
  std::vector<std::thread> story_threads_;
  std::vector<std::thread> app_threads_;
  bool healed_ = false;
  absl::Duration waits_since_ = absl::InfiniteDuration();
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_PROCESS_REAL_RUN_H_
