// What the demo runs with: a whole system in a temporary folder, somebody who plays the platform,
// and tenants with data.

#ifndef REALMSHIFT_COORDINATOR_CTL_DEMO_SETUP_H_
#define REALMSHIFT_COORDINATOR_CTL_DEMO_SETUP_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "coordinator/ctl/command.h"
#include "coordinator/ctl/local_system.h"
#include "coordinator/ctl/platform.h"
#include "coordinator/ctl/scratch_folder.h"
#include "coordinator/ctl/store_probe.h"

namespace realm::ctl {

// The tenant that moves, and those that must not be touched: one beside it at the source, one at
// the target.
inline constexpr absl::string_view kMovedTenant = "acme";
inline constexpr absl::string_view kSourceNeighbour = "globex";
inline constexpr absl::string_view kTargetNeighbour = "initech";

inline constexpr absl::string_view kSourceRealm = "US";
inline constexpr absl::string_view kTargetRealm = "EU";
inline constexpr absl::string_view kSourceWorker = "us-1";
inline constexpr absl::string_view kTargetWorker = "eu-1";

inline constexpr int64_t kCoreRecords = 8000;
inline constexpr int64_t kHistoryRecords = 4000;

// What each tenant's datasets hold, by worker, dataset and tenant.
using Contents = std::map<std::string, StoreContent>;

// Thread safety: one thread at a time.
class DemoSetup {
 public:
  // Prepares all and starts nothing.
  static absl::StatusOr<std::unique_ptr<DemoSetup>> Create(const Invocation& invocation);

  LocalSystem& system() { return *system_; }
  Platform& platform() { return *platform_; }

  // An installation at a realm's base URL. The same tenant always has the same secret.
  Site SiteOf(absl::string_view tenant, absl::string_view realm) const;

  // Fills the stores. Workers must not run.
  absl::Status Seed() const;
  // Reads all stores. Workers must not run.
  absl::StatusOr<Contents> ReadStores() const;

 private:
  DemoSetup() = default;

  std::unique_ptr<ScratchFolder> scratch_;
  std::unique_ptr<LocalSystem> system_;
  std::unique_ptr<Platform> platform_;
  std::string secret_;
};

// The key of Contents.
std::string ContentKey(absl::string_view worker_id, absl::string_view dataset,
                       absl::string_view tenant);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_DEMO_SETUP_H_
