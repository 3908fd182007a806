// Remembers which tokens were used for which request, for as long as they live.
//
// Neither of the platform's schemes signs the body, and the platform itself sends a hook up to
// three times. So the same token with the same request is a retry, and is forwarded: the
// coordinator gives the first answer again. The same token with another request is someone's, and
// is refused.

#ifndef REALMSHIFT_COORDINATOR_EDGE_REPLAY_GUARD_H_
#define REALMSHIFT_COORDINATOR_EDGE_REPLAY_GUARD_H_

#include <cstddef>
#include <set>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace realm::edge {

// Only tokens that verified are remembered, so this many state-changing hooks would have to come
// within the life of a token. Above it those that expire soonest are forgotten.
inline constexpr size_t kTokensRemembered = 65536;

// Thread safety: any thread may call Admit.
class ReplayGuard {
 public:
  // Whether a request may go on. `token` tells one token from others; `request` is what it is used
  // for, with the body. Remembered until `expiry`.
  bool Admit(absl::string_view token, absl::string_view request, absl::Time expiry, absl::Time now);

 private:
  void Forget(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  // Digests, so that neither tokens nor bodies are kept.
  absl::flat_hash_map<std::string, std::string> requests_ ABSL_GUARDED_BY(mutex_);
  std::set<std::pair<absl::Time, std::string>> expiries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_REPLAY_GUARD_H_
