// The app of one tenant: its requests at whichever realm the platform sends them to, and a ledger
// of what it was told, kept here and nowhere else.

#ifndef REALMSHIFT_TESTS_SIM_PROCESS_TENANT_APP_H_
#define REALMSHIFT_TESTS_SIM_PROCESS_TENANT_APP_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "coordinator/ctl/platform.h"
#include "tests/chaos/app_database.h"
#include "tests/chaos/ledger.h"
#include "tests/sim/process/pace.h"
#include "tests/sim/process/real_system.h"
#include "tests/sim/scenario.h"

namespace realm::sim {

// What a tenant's records are at the end.
struct Holdings {
  // What is not as it was acknowledged, at the tenant's realm.
  std::vector<std::string> wrong;
  // Records elsewhere, by place.
  std::map<std::string, int64_t> elsewhere;
  // Of those that were there before, how many are not any more.
  int64_t leftovers_gone = 0;
};

// Thread safety: Run has a thread of its own; any other method from any thread, but Seed and
// Compare while Run does not run.
class TenantApp {
 public:
  TenantApp(const Scenario& scenario, const TenantSpec& tenant, RealSystem* system,
            const Pace* pace, RunLog* log, uint64_t seed);

  // The records that the scenario gives it.
  void Seed();
  // Requests until `over`.
  void Run(const std::atomic<bool>& over);

  // From now on the platform sends requests to `realm`. Waits for the one that is under way.
  void Route(const std::string& realm);
  std::string route() const;
  // Between the commit that the platform sends and what it makes of the answer.
  void SetUndecided(bool undecided) { undecided_ = undecided; }
  bool undecided() const { return undecided_; }

  // Puts records of the tenant into a realm where it is not.
  void LeaveRecords(const std::string& realm);
  // One of the tenant's records, which it changes no more, is refused by `realm` for ever; or
  // arrives there with another value, once. Nothing happens if there is none.
  void Poison(const std::string& realm);
  void Garble(const std::string& realm);

  // Whether a write is taken where the tenant is, before long.
  bool CanWrite();
  Holdings Compare();

 private:
  void Request(bool writes);
  chaos::Said Write() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The tenant's records of one table in `realm` that meet `condition`.
  int64_t Count(const std::string& realm, size_t part, absl::string_view condition)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Spoil(const std::string& realm, absl::string_view deed);
  void CompareTable(size_t part, std::vector<std::string>* wrong)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  chaos::AppDatabase& DatabaseOf(const std::string& realm) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<std::string> MustRows(const std::string& realm, const std::string& sql)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Scenario& scenario_;
  const TenantSpec& tenant_;
  RealSystem* const system_;
  const Pace* const pace_;
  RunLog* const log_;
  std::atomic<bool> undecided_{false};
  mutable absl::Mutex mutex_;
  std::mt19937_64 random_ ABSL_GUARDED_BY(mutex_);
  const std::unique_ptr<ctl::Platform> platform_ ABSL_GUARDED_BY(mutex_);
  std::string route_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::unique_ptr<chaos::AppDatabase>> databases_ ABSL_GUARDED_BY(mutex_);
  // By table.
  std::vector<chaos::Ledger> ledgers_ ABSL_GUARDED_BY(mutex_);
  int64_t next_text_ ABSL_GUARDED_BY(mutex_) = 0;
  // What it leaves as it is, table and number: the realm that spoils it, and what counts how often.
  std::map<std::pair<size_t, int64_t>, std::pair<std::string, std::string>> spoiled_
      ABSL_GUARDED_BY(mutex_);
  // Where records were left, with their number.
  std::map<std::string, int64_t> leftovers_ ABSL_GUARDED_BY(mutex_);
  absl::Duration reported_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_PROCESS_TENANT_APP_H_
