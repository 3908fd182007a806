// When time alone may change a migration.
#ifndef REALMSHIFT_COORDINATOR_ENGINE_TIMERS_H_
#define REALMSHIFT_COORDINATOR_ENGINE_TIMERS_H_

#include <set>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

#include "common/ids.h"

namespace realm::coordinator {

// Thread safety: the engine's thread only.
class Timers {
 public:
  // Replaces the migration's time; InfiniteFuture takes it away.
  void Set(const MigrationKey& key, absl::Time at) {
    const auto found = times_.find(key);
    if (found != times_.end()) {
      if (found->second == at) return;
      order_.erase({found->second, key});
      times_.erase(found);
    }
    if (at == absl::InfiniteFuture()) return;
    times_.emplace(key, at);
    order_.emplace(at, key);
  }

  size_t size() const { return times_.size(); }

  absl::Time Next() const {
    return order_.empty() ? absl::InfiniteFuture() : order_.begin()->first;
  }

  // Those whose time has come, taken away; at most `max`.
  std::vector<MigrationKey> TakeDue(absl::Time now, size_t max) {
    std::vector<MigrationKey> out;
    while (!order_.empty() && order_.begin()->first <= now && out.size() < max) {
      out.push_back(order_.begin()->second);
      times_.erase(out.back());
      order_.erase(order_.begin());
    }
    return out;
  }

 private:
  absl::flat_hash_map<MigrationKey, absl::Time> times_;
  std::set<std::pair<absl::Time, MigrationKey>> order_;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_ENGINE_TIMERS_H_
