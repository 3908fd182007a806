// Fetches small public documents: key sets and public keys. The only file with libcurl behind it.

#ifndef REALMSHIFT_COORDINATOR_EDGE_FETCH_H_
#define REALMSHIFT_COORDINATOR_EDGE_FETCH_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace realm::edge {

struct FetchLimits {
  // The platform's key set is under 10 KiB.
  size_t bytes_max = 256 * 1024;
  // From the call to the last byte. A hook may be waiting for the key (kHookDeadline).
  absl::Duration timeout = absl::Seconds(3);
};

// InvalidArgument unless `url` is https, or http on this machine, without user and fragment. Call
// it on whatever configuration names, before anything is fetched.
absl::Status CheckFetchUrl(const std::string& url);

// The body that `url` answers with. Blocks for at most the timeout. Redirects are not followed: the
// host that was configured is the host that is trusted. Any thread may call this.
//
// InvalidArgument: as CheckFetchUrl. NotFound: the server said 404. Unavailable: everything else;
// try again later.
absl::StatusOr<std::string> Fetch(const std::string& url, const FetchLimits& limits = {});

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_FETCH_H_
