// One move as the platform means to make it, over signed hooks to the real edge.

#ifndef REALMSHIFT_TESTS_SIM_PROCESS_STORY_H_
#define REALMSHIFT_TESTS_SIM_PROCESS_STORY_H_

#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "coordinator/core/migration.h"
#include "coordinator/ctl/platform.h"
#include "tests/sim/process/pace.h"
#include "tests/sim/process/real_system.h"
#include "tests/sim/process/tenant_app.h"
#include "tests/sim/scenario.h"

namespace realm::sim {

// Thread safety: Play has a thread of its own; the others from any.
class Story {
 public:
  Story(const Scenario& scenario, const MigrationSpec& spec, RealSystem* system, TenantApp* app,
        const Pace* pace, RunLog* log, uint64_t seed);

  // From the customer's order to the platform's last word, or until `over`.
  void Play(const std::atomic<bool>& over);
  // The customer cancels: at the next moment at which the platform looks.
  void Cancel() { cancelled_ = true; }
  bool is_over() const { return is_over_; }
  // Nothing that lies with the platform goes wrong any more.
  void Heal() { healed_ = true; }

  const MigrationSpec& spec() const { return spec_; }
  // Where the tenant was when it began; after Play.
  const std::string& source() const { return source_; }
  TenantApp& app() const { return *app_; }

 private:
  enum class Reply { kOk, kRefused, kNone };

  void PlayAll();
  void PlayWindow();
  void Commit();
  void GiveUp();
  Reply Send(coordinator::Hook hook);
  Reply SendOnce(coordinator::Hook hook, const HookFaults& faults);
  // By the story's own platform, or by that of a hook that was held up.
  Reply Deliver(coordinator::Hook hook, ctl::Platform& platform);
  void DeliverLate(coordinator::Hook hook);
  const HookFaults& FaultsOf(coordinator::Hook hook) const;
  // False: the run is over. Returns early when the story is cancelled.
  bool WaitUntil(absl::Duration at);
  bool Rolls(double rate);

  const Scenario& scenario_;
  const MigrationSpec& spec_;
  RealSystem* const system_;
  TenantApp* const app_;
  const Pace* const pace_;
  RunLog* const log_;
  std::mt19937_64 random_;
  const std::unique_ptr<ctl::Platform> platform_;
  ctl::Order order_;
  std::string source_;
  const std::atomic<bool>* over_ = nullptr;
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> healed_{false};
  std::atomic<bool> is_over_{false};
  // Hooks that are on their way; at most one an attempt.
  std::vector<std::thread> late_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_PROCESS_STORY_H_
