// What befalls the programs of a scenario, when it is due.

#ifndef REALMSHIFT_TESTS_SIM_PROCESS_REAL_FAULTS_H_
#define REALMSHIFT_TESTS_SIM_PROCESS_REAL_FAULTS_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/process/lookout.h"
#include "tests/sim/process/pace.h"
#include "tests/sim/process/real_system.h"
#include "tests/sim/process/story.h"
#include "tests/sim/scenario.h"

namespace realm::sim {

// Thread safety: the thread of the programs.
class RealFaults {
 public:
  RealFaults(const Scenario& scenario, RealSystem* system,
             std::vector<std::unique_ptr<Story>>* stories, const Pace* pace, RunLog* log,
             uint64_t seed);

  // Does what is due, and undoes what has lasted long enough.
  void Turn(const std::map<std::string, Seen>& seen);
  // Everything is whole after it, and stays so.
  void Heal();
  // Whether something is down or cut.
  bool IsHurt() const { return !undo_.empty(); }
  // Whether the program was ended or stopped by this.
  bool Holds(const std::string& program) const { return held_.count(program) > 0; }
  bool AwaitsState() const;

 private:
  struct Pending {
    Fault fault;
    absl::Duration due = absl::InfiniteDuration();
    std::string migration;  // That it was due for.
  };
  struct Undo {
    absl::Duration at;
    std::function<void()> act;
    // If there is one: at once when this has come true.
    std::function<bool()> has_come;
  };

  // Whom it befell. Nothing: it waits for somebody to befall.
  std::optional<std::string> Happen(const Pending& pending);
  std::optional<std::string> HappenToProgram(const Pending& pending);
  std::optional<std::string> HappenToWire(const Fault& fault);
  std::optional<std::string> HappenToDisk(const Fault& fault);
  std::optional<std::string> HappenToClock(const Pending& pending);
  std::optional<std::string> HappenToMove(const Pending& pending);
  bool Halt(const std::string& name, FaultKind kind, absl::Duration length);
  void KillAtWrite(CrashMoment moment, int64_t room, absl::Duration length);
  Story* StoryOf(const Pending& pending);
  void Reinstall(const Story& story);
  void Note(FaultKind kind, const std::string& whom);
  void HoldLinks(const std::vector<std::string>& names, chaos::LinkMode mode,
                 absl::Duration length);
  std::string PickWorker(const Pending& pending) const;
  absl::Duration LengthOf(const Fault& fault);
  std::string RealmOf(const Fault& fault);
  absl::Duration AmountOf(const Fault& fault, absl::Duration most);
  void UndoAfter(absl::Duration length, std::function<void()> act);
  void UndoOnce(std::function<bool()> has_come, std::function<void()> act);

  const Scenario& scenario_;
  RealSystem* const system_;
  std::vector<std::unique_ptr<Story>>* const stories_;
  const Pace* const pace_;
  RunLog* const log_;
  mutable std::mt19937_64 random_;
  const std::map<std::string, Seen>* seen_ = nullptr;
  std::vector<Pending> pending_;
  std::vector<Undo> undo_;
  std::set<std::string> held_;
  std::map<std::string, absl::Duration> clocks_;  // How far they are from the right time.
  const std::unique_ptr<ctl::Platform> platform_;
  bool healed_ = false;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_PROCESS_REAL_FAULTS_H_
