// The programs of a scenario: a coordinator, an edge and each realm's workers, with a PostgreSQL
// database for each store and links that can be cut.

#ifndef REALMSHIFT_TESTS_SIM_PROCESS_REAL_SYSTEM_H_
#define REALMSHIFT_TESTS_SIM_PROCESS_REAL_SYSTEM_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

#include "coordinator/ctl/local_system.h"
#include "coordinator/ctl/platform.h"
#include "tests/chaos/link_proxy.h"
#include "tests/chaos/machine.h"
#include "tests/sim/process/pace.h"
#include "tests/sim/scenario.h"
#include "tests/support/postgres_server.h"

namespace realm::sim {

// The table of the scenario's transfer number `part`, from 0.
std::string TableOf(size_t part);
// Equal for realms that keep their data in one place.
const std::string& PlaceOf(const Scenario& scenario, absl::string_view realm);

// Ends this program, with a message, when something cannot be made or started.
//
// Thread safety: the thread that made it; MakePlatform, SiteOf, RotateSecret and ConnectionOf from
// any.
class RealSystem {
 public:
  RealSystem(const Scenario& scenario, const Pace& pace, const std::string& folder);

  // Starts all programs, waits until they are ready, and installs the tenants.
  void Start();

  ctl::LocalSystem& programs() { return *programs_; }
  // One of its own for each thread, with the key that installations are signed with.
  std::unique_ptr<ctl::Platform> MakePlatform() const;
  // With the tenant's secret of that time.
  ctl::Site SiteOf(absl::string_view tenant, absl::string_view realm) const;
  // Tells that the tenant has another secret, at `realm`; false: it was not acknowledged, and all
  // is as before. For one thread at a time.
  bool RotateSecret(const std::string& tenant, absl::string_view realm, ctl::Platform& platform);
  // How the app connects to the realm's store, past all links.
  std::string ConnectionOf(absl::string_view realm) const;
  std::vector<std::string> WorkersOf(absl::string_view realm) const;

  // Ends all programs at once: what they leave behind is not needed.
  void KillAll();

  // Links by name: "WORKER to coordinator", "peers to WORKER", "database of PLACE".
  void SetLink(const std::string& name, chaos::LinkMode mode) { links_.at(name)->Set(mode); }

  // The machine of a program, if something befalls machines in this scenario.
  chaos::Machine& machine(const std::string& program) { return *machines_.at(program); }

  // Changes that stores refused to late jobs, by the workers' logs.
  int64_t CountFenced() const;

 private:
  int RotationsOf(absl::string_view tenant) const;
  void MakeDatabases();
  std::vector<config::v1::WorkerDataset> DatasetsOf(const ctl::LocalFiles& files,
                                                    const std::string& realm) const;
  ctl::LocalOptions OptionsFor(const ctl::LocalFiles& files) const;
  void Configure(config::v1::CoordinatorConfig* config) const;
  void MakeLinks();
  void PutBetween(const std::string& name, const std::string& path, absl::string_view key,
                  int target_port);

  const Scenario& scenario_;
  const Pace& pace_;
  PostgresServer postgres_;
  std::map<std::string, std::string> databases_;  // By place.
  std::unique_ptr<ctl::Platform> platform_;
  std::unique_ptr<ctl::LocalSystem> programs_;
  std::map<std::string, std::unique_ptr<chaos::LinkProxy>> links_;
  chaos::Machines machines_;
  mutable absl::Mutex mutex_;
  // Tenants whose secret was rotated, and how often.
  std::map<std::string, int, std::less<>> rotations_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_PROCESS_REAL_SYSTEM_H_
