// Which coordinator a command talks to, and as whom.

#ifndef REALMSHIFT_COORDINATOR_CTL_ENDPOINT_H_
#define REALMSHIFT_COORDINATOR_CTL_ENDPOINT_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/program/arguments.h"
#include "common/tls.h"

namespace realm::ctl {

struct Endpoint {
  std::string address;
  // Nothing: without TLS, which is for this machine only.
  std::optional<TlsFiles> tls;
  // For each call; a watch has none.
  absl::Duration timeout = absl::Seconds(10);
};

// The flags that every command with a server has.
const std::vector<Flag>& EndpointFlags();

// A variable's value; empty when it is not set.
using Environment = std::function<std::string(absl::string_view name)>;
std::string ReadEnvironment(absl::string_view name);

// By the flags; what they leave open by REALMCTL_ADDRESS, REALMCTL_TLS_CA, REALMCTL_TLS_CERT and
// REALMCTL_TLS_KEY; and when neither names a server or a certificate, by the file at
// `dev_system_path`, which `realmctl dev` leaves while it runs.
//
// InvalidArgument: a flag is malformed, or only some of the three TLS files are given.
absl::StatusOr<Endpoint> ResolveEndpoint(const Arguments& arguments, const Environment& environment,
                                         const std::string& dev_system_path);

// Where `realmctl dev` says which system runs: a file in the user's runtime folder.
std::string DevSystemPath(const Environment& environment);

// Writes what ResolveEndpoint reads there, for this user only. Any error of the system.
absl::Status WriteDevSystem(const std::string& path, const Endpoint& endpoint);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_ENDPOINT_H_
