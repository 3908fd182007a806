#include "coordinator/engine/job_rates.h"

#include <algorithm>

namespace realm::coordinator {

void JobRates::Count(const RealmId& realm, JobKind kind, What what) {
  const int64_t now = Now();
  absl::MutexLock lock(&mutex_);
  Second& second = rings_[{realm, kind}][static_cast<size_t>(now) % kSeconds];
  if (second.number != now) second = Second{now, {}};
  ++second.counts[static_cast<size_t>(what)];
}

JobRate JobRates::Of(const RealmId& realm, JobKind kind) const {
  const int64_t now = Now();
  std::array<int64_t, 3> sums{};
  {
    absl::MutexLock lock(&mutex_);
    const auto found = rings_.find({realm, kind});
    if (found == rings_.end()) return {};
    for (const Second& second : found->second) {
      if (second.number < 0 || second.number + static_cast<int64_t>(kSeconds) <= now) continue;
      for (size_t i = 0; i < sums.size(); ++i)
        sums[i] += second.counts[i];
    }
  }
  const auto seconds = static_cast<double>(std::clamp<int64_t>(now + 1, 1, kSeconds));
  return {static_cast<double>(sums[0]) / seconds, static_cast<double>(sums[1]) / seconds,
          static_cast<double>(sums[2]) / seconds};
}

}  // namespace realm::coordinator
