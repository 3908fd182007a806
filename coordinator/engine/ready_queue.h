// The jobs that may be leased now, per realm, in the order in which they should be.
#ifndef REALMSHIFT_COORDINATOR_ENGINE_READY_QUEUE_H_
#define REALMSHIFT_COORDINATOR_ENGINE_READY_QUEUE_H_

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

#include "common/ids.h"
#include "coordinator/core/migration.h"

namespace realm::coordinator {

struct ReadyJob {
  // Rollbacks, openings and purges first, then the window that ends soonest, then the oldest.
  int rank = 0;
  absl::Time window_end;
  absl::Time created;
  MigrationKey key;
  int number = 0;

  JobKind kind = JobKind::kCopy;
  RealmId realm;   // Where it runs.
  RealmId source;  // Where a copy reads.
  std::vector<DatasetName> datasets;
  std::vector<DatasetName> datasets_at_source;  // Of a copy: what it reads, or seals.

  friend bool operator<(const ReadyJob& a, const ReadyJob& b) {
    return std::tie(a.rank, a.window_end, a.created, a.key, a.number) <
           std::tie(b.rank, b.window_end, b.created, b.key, b.number);
  }
};

// Thread safety: the engine's thread only.
class ReadyQueue {
 public:
  // Replaces what is known of the migration's jobs.
  void Update(const Migration& migration, absl::Time now);

  // Realms with at least one ready job.
  std::vector<RealmId> Realms() const;
  // In order. Invalidated by Update.
  const std::set<ReadyJob>& InRealm(const RealmId& realm) const;

 private:
  void Remove(const MigrationKey& key);

  std::map<RealmId, std::set<ReadyJob>> by_realm_;
  absl::flat_hash_map<MigrationKey, std::vector<std::pair<RealmId, ReadyJob>>> by_migration_;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_ENGINE_READY_QUEUE_H_
