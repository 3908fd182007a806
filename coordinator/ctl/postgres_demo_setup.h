// Everything that `realmctl demo --postgres` plays with: two clusters with data, all programs, and
// a platform.

#ifndef REALMSHIFT_COORDINATOR_CTL_POSTGRES_DEMO_SETUP_H_
#define REALMSHIFT_COORDINATOR_CTL_POSTGRES_DEMO_SETUP_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/program/stop_signals.h"
#include "coordinator/ctl/command.h"
#include "coordinator/ctl/local_system.h"
#include "coordinator/ctl/platform.h"
#include "coordinator/ctl/postgres_cluster.h"
#include "coordinator/ctl/scratch_folder.h"
#include "coordinator/ctl/tenant_checksums.h"

namespace realm::ctl {

// How much data there is, and how many tenants move.
struct PostgresDemoSize {
  // Branches of the bank in the source realm: 100,000 accounts each.
  int branches = 24;
  // Those of them that move; half of them, rounded up, come back.
  int moved_branches = 20;
  // Of each site of notes.
  int pages = 5000;

  // From --scale and --tenants. InvalidArgument, naming the flag.
  static absl::StatusOr<PostgresDemoSize> Of(const Arguments& arguments);

  // In the order in which they move.
  std::vector<std::string> TenantsOf(absl::string_view app) const;
};

// Thread safety: one thread at a time, the main one.
class PostgresDemoSetup {
 public:
  // Starts the clusters and fills them, and says so; writes the programs' configuration, but starts
  // none of them. Errors: those of PostgresCluster and of the system.
  static absl::StatusOr<std::unique_ptr<PostgresDemoSetup>> Create(const Invocation& invocation,
                                                                   const PostgresDemoSize& size,
                                                                   StopSignals& signals);

  const PostgresDemoSize& size() const { return size_; }
  // "15".
  const std::string& version() const { return version_; }
  LocalSystem& system() { return *system_; }
  Platform& platform() { return *platform_; }
  PostgresCluster& source() { return *source_; }
  PostgresCluster& target() { return *target_; }
  PostgresCluster& ClusterOf(absl::string_view realm);

  // An installation of an app at a realm's base URL. The same tenant always has the same secret.
  Site SiteOf(absl::string_view app, absl::string_view tenant, absl::string_view realm) const;

  // What both databases held once they were filled.
  const Checksums& before() const { return before_; }
  // What both databases hold now, by psql.
  absl::StatusOr<Checksums> ReadChecksums();

 private:
  PostgresDemoSetup() = default;
  absl::Status MakeClusters(const Invocation& invocation, StopSignals& signals);
  absl::Status WriteConnections(const LocalFiles& files) const;
  absl::Status PrepareSystem(const Invocation& invocation, LocalFiles files);

  PostgresDemoSize size_;
  std::string version_;
  std::string secret_;
  Checksums before_;
  // The programs end before the servers that they use.
  std::unique_ptr<PostgresCluster> source_;
  std::unique_ptr<PostgresCluster> target_;
  std::unique_ptr<ScratchFolder> scratch_;
  std::unique_ptr<LocalSystem> system_;
  std::unique_ptr<Platform> platform_;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_POSTGRES_DEMO_SETUP_H_
