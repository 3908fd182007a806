// Workers that fall asleep in the middle of a job, with a change that they have not made yet, and
// wake up when the job is another's.

#ifndef REALMSHIFT_TESTS_CHAOS_ZOMBIES_H_
#define REALMSHIFT_TESTS_CHAOS_ZOMBIES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "tests/chaos/app_database.h"
#include "tests/e2e/running_system.h"

namespace realm::chaos {

// Of the storm's system: longer than a coordinator is away when it is killed, so that jobs go on
// without it, and short for what waits for the end of one.
inline constexpr absl::Duration kLease = absl::Seconds(3);

struct ZombieFigures {
  // Workers that stopped themselves at a failpoint.
  int64_t asleep = 0;
  // Of these, those that woke up when another had raised the fence above all that they held.
  int64_t passed_by = 0;
};

// Not more than one worker of a realm at a time, so that there is another to take its jobs.
//
// Thread safety: the program's main thread, as of RunningSystem.
class Zombies {
 public:
  // `tenant_of` knows whose a migration is.
  Zombies(e2e::RunningSystem* running,
          std::function<std::string(absl::string_view migration)> tenant_of);

  // The worker is about to be started: with a failpoint or, for the other half or if there is a
  // zombie in its realm, without.
  void Arm(const std::string& worker, std::mt19937_64& random);
  void Disarm(const std::string& worker);

  // Finds out who has fallen asleep; `may_be` leaves out whom the storm itself has stopped or
  // killed.
  void Find(absl::Duration now, std::mt19937_64& random,
            const std::function<bool(const std::string&)>& may_be);
  bool IsAsleep(const std::string& worker) const { return asleep_.count(worker) > 0; }
  // Those whose jobs are another's, those that have slept long enough, or all.
  void Wake(absl::Duration now, bool all);

  const ZombieFigures& figures() const { return figures_; }

 private:
  // A lease of the sleeper's: while the tenant's store has its epoch, nobody has taken it over.
  struct Lease {
    std::string tenant;
    int64_t epoch = 0;
  };
  struct Sleep {
    // Its leases have run out by then; and it wakes up by then, whatever has become of its jobs.
    absl::Duration lease_end;
    absl::Duration end;
    std::vector<Lease> held;
  };

  std::vector<Lease> HeldBy(const std::string& worker);
  // False as well if the database cannot be asked.
  bool IsHeld(const std::string& realm, const Lease& lease);
  bool IsPassedBy(const std::string& worker, const Sleep& sleep);
  const std::string& RealmOf(const std::string& worker) const;

  e2e::RunningSystem* const running_;
  const std::function<std::string(absl::string_view migration)> tenant_of_;
  std::map<std::string, std::unique_ptr<AppDatabase>> databases_;
  // By realm, the worker that has a failpoint in its environment.
  std::map<std::string, std::string> armed_;
  std::map<std::string, Sleep> asleep_;
  ZombieFigures figures_;
};

}  // namespace realm::chaos

#endif  // REALMSHIFT_TESTS_CHAOS_ZOMBIES_H_
