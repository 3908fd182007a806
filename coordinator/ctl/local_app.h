// The app that `realmctl dev` and `realmctl demo` run with: two datasets, one of them moved before
// the switch and one after it.

#ifndef REALMSHIFT_COORDINATOR_CTL_LOCAL_APP_H_
#define REALMSHIFT_COORDINATOR_CTL_LOCAL_APP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "coordinator/ctl/local_files.h"
#include "coordinator/ctl/local_system.h"
#include "realm/config/v1/config.pb.h"

namespace realm::ctl {

inline constexpr absl::string_view kLocalApp = "com.example.demo";
inline constexpr absl::string_view kLocalHookPath = "/dare";
// The transfer that blocks and the one that does not; their datasets have the same names.
inline constexpr absl::string_view kCoreTransfer = "core";
inline constexpr absl::string_view kHistoryTransfer = "history";

// Codes from "US,EU". InvalidArgument: fewer than two, one twice, or no code.
absl::StatusOr<std::vector<std::string>> ParseRealms(absl::string_view list);

// One worker a realm, "us-1" and "eu-1", with the app's datasets in stores below `files`.
std::vector<LocalWorker> LocalWorkers(const std::vector<std::string>& realms,
                                      const LocalFiles& files);
std::vector<std::string> IdsOf(const std::vector<LocalWorker>& workers);

// The URL of a realm's deployment: all are served by the one edge, told apart by their paths.
std::string LocalBaseUrl(int edge_port, absl::string_view realm);

// A coordinator's configuration with those realms and the app, the first realm being its default.
// Nothing is kept at the source after the switch.
config::v1::CoordinatorConfig LocalConfig(const std::vector<std::string>& realms, int edge_port,
                                          const std::string& install_keys_folder);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_LOCAL_APP_H_
