// The real programs on loopback, with tenants' data in real stores, and somebody who plays the
// platform over HTTP. For tests that kill.

#ifndef REALMSHIFT_TESTS_E2E_RUNNING_SYSTEM_H_
#define REALMSHIFT_TESTS_E2E_RUNNING_SYSTEM_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "coordinator/ctl/local_system.h"
#include "coordinator/ctl/platform.h"
#include "tests/e2e/tenant_stores.h"
#include "tests/e2e/thaw.h"
#include "tests/support/temp_folder.h"

namespace realm::e2e {

inline constexpr absl::string_view kCoordinator = ctl::LocalSystem::kCoordinator;
inline constexpr absl::string_view kEdge = ctl::LocalSystem::kEdge;
// The first worker of the realm that tenants leave, and of the one they go to.
inline constexpr absl::string_view kSource = "us-1";
inline constexpr absl::string_view kTarget = "eu-1";
// Of the tests that move one.
inline constexpr char kTenant[] = "acme";
// A variable of failed_sync_test's own.
inline constexpr absl::string_view kFailingSync = "REALM_TEST_FAILING_SYNC";
// Generous: the machine may be busy with something else. What comes true does not wait for it.
inline constexpr absl::Duration kPatience = absl::Minutes(4);

struct SystemOptions {
  StoreKind stores = StoreKind::kRocksdb;
  int workers_per_realm = 1;
  // Of each worker.
  int slots = 4;
  // Short, so that a test does not wait for the end of a lease.
  absl::Duration lease = absl::Seconds(1);
  // Where the executables are, if not where the build puts them.
  std::string program_folder;
  // How long a program that froze itself sleeps, until it is woken; nothing: it is killed by
  // Revive.
  absl::Duration sleep;
  // Changes what is written into the configuration.
  void (*configure)(config::v1::CoordinatorConfig& config) = nullptr;
};

// Aborts the test when a program cannot be started.
//
// Thread safety: the test's main thread only.
class RunningSystem {
 public:
  // "globex" has records in US and "initech" in EU, and both stay where they are.
  explicit RunningSystem(const SystemOptions& options = {});

  // Starts what does not run, but for those that were held back, waits until all are ready, and
  // installs the tenants that are not yet.
  void Start();
  // A tenant with records in US. The system runs after it if it did before.
  void AddTenant(const std::string& tenant, int records = kManyRecords);

  // The app deletes one of the tenant's records in US, in the larger dataset.
  void DeleteRecord(const std::string& tenant);

  // Arms the program with failpoints, as of REALM_FAILPOINTS, from its next start on.
  void SetFailpoints(absl::string_view program, const std::string& specification);
  // The same, and if it runs it is started again with them.
  void Arm(absl::string_view program, const std::string& specification);
  // Leaves the program alone: Start does not start it, and Revive does not revive it.
  void HoldBack(absl::string_view program) { held_back_.insert(std::string(program)); }
  void Release(absl::string_view program) { held_back_.erase(std::string(program)); }

  ctl::LocalSystem& system() { return *system_; }
  ctl::Platform& platform() { return *platform_; }
  TenantStores& stores() { return *stores_; }
  ctl::Site SiteOf(absl::string_view tenant, absl::string_view realm) const;
  // The tenant's move: to EU, until another is planned.
  const ctl::Order& OrderOf(absl::string_view tenant) const;
  // The platform plans its next move, of which hooks and polls are from now on.
  void PlanMove(const std::string& tenant, absl::string_view realm);
  bool IsStopped(absl::string_view program) { return system_->child(program).IsStopped(); }

  // Sends a hook of the tenant's move as the platform does: again while it is answered 503 or
  // nothing. The status word of the answer; empty unless it was 200.
  std::string Send(absl::string_view tenant, absl::string_view hook);
  // A request of the tenant at the URL of the realm that it moves to.
  void ReportTraffic(absl::string_view tenant);
  // Polls until the platform is told `word`, and starts every program again that has died or
  // frozen. Whether it was told in time.
  bool PollUntil(absl::string_view tenant, absl::string_view word);
  // The word of one poll; "?" when it was not answered 200.
  std::string Poll(absl::string_view tenant);
  // Tells that the tenant was installed, until it is answered 200.
  void Install(absl::string_view tenant, absl::string_view realm);

  // Runs `realmctl` as an operator; what it prints. Aborts the test if it fails.
  std::string Realmctl(std::vector<std::string> words) const;
  // Copies the coordinator's store, and puts it back as an operator does who accepts what is lost
  // by that. The system runs after either.
  void BackUpCoordinator(const std::string& backup);
  void RestoreCoordinator(const std::string& backup);

  // Restarts the programs that are not there or, unless frozen ones are woken, do not move.
  // Failpoints are gone after it, and so is kFailingSync.
  void Revive();
  // How often Revive found one, and how the last one that it found dead had ended.
  int revivals() const { return revivals_; }
  const std::string& last_ending() const { return last_ending_; }

  // Whether the tenant is whole in EU and nothing of it is in US, or the reverse; and the
  // neighbours are as they were. Empty if so, and otherwise what is wrong. Embedded stores are read
  // after their workers were stopped.
  std::string WhyNotMoved(absl::string_view tenant) { return Compare(tenant, "EU", "US"); }
  std::string WhyNotBack(absl::string_view tenant) { return Compare(tenant, "US", "EU"); }
  int64_t records(absl::string_view tenant) const {
    return before_.at(std::string(tenant)).records;
  }
  // Of a realm's stores; see TenantStores.
  int64_t CountWrites(absl::string_view realm);

  // The records of a program's log whose message is `message`.
  std::vector<std::string> LogOf(absl::string_view program, absl::string_view message) const;
  // The sum of a number over those records.
  int64_t SumInLog(absl::string_view program, absl::string_view message,
                   absl::string_view field) const;

 private:
  void StartProgram(const std::string& name);
  void StopEmbedded();
  void RememberTenant(const std::string& tenant, absl::string_view realm, int records);
  std::string Compare(absl::string_view tenant, absl::string_view home, absl::string_view away);

  const SystemClock clock_;
  const TempFolder folder_;
  std::unique_ptr<TenantStores> stores_;
  std::unique_ptr<ctl::LocalSystem> system_;
  std::unique_ptr<Thaw> thaw_;
  std::unique_ptr<ctl::Platform> platform_;
  std::map<std::string, ctl::Order, std::less<>> orders_;
  int planned_ = 0;
  // As they were before anything moved; the neighbours' realms.
  std::map<std::string, Holdings, std::less<>> before_;
  std::map<std::string, std::string> not_installed_;
  std::set<std::string, std::less<>> held_back_;
  bool started_ = false;
  int revivals_ = 0;
  std::string last_ending_;
};

}  // namespace realm::e2e

#endif  // REALMSHIFT_TESTS_E2E_RUNNING_SYSTEM_H_
