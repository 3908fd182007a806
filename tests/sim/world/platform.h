// Plays the platform: schedules, starts, polls, commits and gives up, as it is documented to, with
// hooks that come twice, late, in another order or not at all.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_PLATFORM_H_
#define REALMSHIFT_TESTS_SIM_WORLD_PLATFORM_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "tests/sim/world/auditor.h"
#include "tests/sim/world/call.h"
#include "tests/sim/world/edge_wire.h"
#include "tests/sim/world/fiber.h"
#include "tests/sim/world/ground.h"

namespace realm::sim {

class Platform {
 public:
  Platform(Ground* ground, EdgeWire* edge, Auditor* auditor);
  ~Platform();

  // Begins all stories.
  void Start();
  // The customer cancels the migration: at the next moment at which the platform looks.
  void Cancel(const std::string& migration);
  // Where it sends the tenant's requests, at this moment.
  const std::string& RouteOf(const std::string& tenant) const { return routes_.at(tenant); }
  // It cannot go back from where it sends the tenant, as far as this migration goes.
  bool HasDecided(const std::string& tenant) const { return undecided_.count(tenant) == 0; }
  // Whether the platform has sent the tenant there a short while ago and does not any more: one of
  // its requests may still be on its way.
  bool HasJustLeft(const std::string& tenant, const std::string& realm) const {
    const auto left = left_.find({tenant, realm});
    return left != left_.end() && realm != routes_.at(tenant) &&
           ground_->loop.now() < left->second + kStragglers;
  }
  bool AllOver() const { return over_ == stories_.size(); }
  // Nothing has been planned for the tenant for some time, and nothing will be.
  bool IsAtRest(const std::string& tenant) const {
    const Plans& plans = plans_.at(tenant);
    return plans.left == 0 && ground_->loop.now() > plans.last_over + kAftermath;
  }
  int64_t accepted() const { return accepted_; }
  // Whether it takes the migration for one that will not be: it goes back, or does not know that
  // its schedule was accepted. Before that it may still commit.
  bool HasGivenUp(const std::string& migration) const { return given_up_.count(migration) > 0; }

 private:
  // How long a request may be on its way.
  static constexpr absl::Duration kStragglers = absl::Seconds(50);
  // How long after the platform is done with a migration others may still be busy with it.
  static constexpr absl::Duration kAftermath = absl::Minutes(15);

  void Route(const std::string& tenant, const std::string& realm);

  struct Story {
    const MigrationSpec* spec = nullptr;
    std::string source;
    coordinator::Window window;
    bool cancelled = false;
    bool committing = false;  // The switch was begun.
    std::unique_ptr<Fiber> fiber;
  };
  // Of one tenant.
  struct Plans {
    int left = 0;  // Stories that are not over.
    absl::Duration last_over;
  };
  // What one hook came to.
  struct Reply {
    bool answered = false;
    bool ok = false;
    std::string word;  // Of the answer.
    bool refused = false;
  };

  void Play(Story* story);
  void PlayWindow(Story* story);
  void Commit(Story* story);
  void GiveUp(Story* story);
  Reply Send(Story* story, coordinator::Hook hook);
  Reply SendOnce(Story* story, coordinator::Hook hook);
  coordinator::HookInput MakeHook(const Story& story, coordinator::Hook hook);
  void DeliverAgain(Story* story, coordinator::Hook hook, absl::Duration after);
  // False: the run is over. Returns early when the story is cancelled.
  bool WaitUntil(Story* story, absl::Duration at);
  bool Rolls(double rate) const;
  bool Omits(coordinator::Hook hook) const;

  Ground* const ground_;
  EdgeWire* const edge_;
  Auditor* const auditor_;
  Process process_;
  std::map<std::string, std::string> routes_;
  std::set<std::string> undecided_;
  // When the tenant was last sent away from the realm.
  std::map<std::pair<std::string, std::string>, absl::Duration> left_;
  std::vector<std::unique_ptr<Story>> stories_;
  std::set<std::string> given_up_;  // Migrations.
  absl::flat_hash_map<std::string, Plans> plans_;
  size_t over_ = 0;
  int64_t accepted_ = 0;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_PLATFORM_H_
