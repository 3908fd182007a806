#include "coordinator/edge/replay_guard.h"

#include "common/digest.h"

namespace realm::edge {

bool ReplayGuard::Admit(absl::string_view token, absl::string_view request, absl::Time expiry,
                        absl::Time now) {
  const std::string token_digest = Sha256(token);
  const std::string request_digest = Sha256(request);
  absl::MutexLock lock(&mutex_);
  Forget(now);
  const auto [used, added] = requests_.try_emplace(token_digest, request_digest);
  if (added) expiries_.emplace(expiry, token_digest);
  return used->second == request_digest;
}

void ReplayGuard::Forget(absl::Time now) {
  while (!expiries_.empty() &&
         (expiries_.begin()->first < now || requests_.size() >= kTokensRemembered)) {
    requests_.erase(expiries_.begin()->second);
    expiries_.erase(expiries_.begin());
  }
}

}  // namespace realm::edge
