// Tells the coordinator where each tenant's requests arrive: after a commit that is proof that the
// platform has switched, or that it has not.
//
// A sighting is told at once or not at all. Told late, a request from before the commit could pass
// for one from after it; one that is lost delays a switch until the next request, and no more.

#ifndef REALMSHIFT_COORDINATOR_EDGE_TRAFFIC_H_
#define REALMSHIFT_COORDINATOR_EDGE_TRAFFIC_H_

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "common/ids.h"
#include "coordinator/edge/coordinator.h"
#include "coordinator/edge/tenant_cache.h"

namespace realm::edge {

// Between two reports about one tenant at one realm: while it moves, and while it does not.
inline constexpr absl::Duration kReportPauseMoving = absl::Seconds(1);
inline constexpr absl::Duration kReportPauseResting = absl::Minutes(1);
// Tenants and realms remembered at once.
inline constexpr size_t kTrafficRemembered = 65536;

// Thread safety: any thread may call any method. Must outlive the calls it has made to the
// coordinator.
class TrafficReporter {
 public:
  // All must outlive this.
  TrafficReporter(Coordinator* coordinator, const TenantCache* tenants, const Clock* clock)
      : coordinator_(coordinator), tenants_(tenants), clock_(clock) {}

  // A request of `tenant` was seen at `realm`, now. Skipped when one was told a short while ago.
  void Saw(const TenantKey& tenant, const RealmId& realm);

  // The same, never skipped; `done` learns whether it counted.
  void Report(const TenantKey& tenant, const RealmId& realm, absl::Time deadline,
              Coordinator::Done<v1::ReportTenantTrafficResponse> done);

 private:
  using Key = std::pair<TenantKey, RealmId>;

  bool IsDue(const Key& key) ABSL_LOCKS_EXCLUDED(mutex_);
  void ForgetOld() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Coordinator* const coordinator_;
  const TenantCache* const tenants_;
  const Clock* const clock_;

  absl::Mutex mutex_;
  // When each was last told.
  std::map<Key, absl::Duration> told_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_TRAFFIC_H_
