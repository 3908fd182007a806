// The rows as they were last made durable, for everyone to read: immutable, so
// that a reader waits neither for the engine nor for the disk.
#ifndef REALMSHIFT_COORDINATOR_ENGINE_BOOK_H_
#define REALMSHIFT_COORDINATOR_ENGINE_BOOK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

#include "common/ids.h"
#include "coordinator/core/installation.h"
#include "coordinator/core/migration.h"
#include "coordinator/core/tenant.h"
#include "coordinator/engine/feed.h"

namespace realm::coordinator {

using MigrationPtr = std::shared_ptr<const Migration>;
using TenantPtr = std::shared_ptr<const Tenant>;
using InstallationPtr = std::shared_ptr<const Installation>;

// A row that cannot be used: not decodable, or in breach of an invariant. What
// belongs to it is left alone until an operator acts.
struct FrozenRow {
  std::string key;  // Of the store.
  std::string why;
};

// Of migrations that have ended only the latest are here; Engine reads the others from the store.
//
// Thread safety: reads from any thread; Publish, Restore and Forget from the engine's.
class Book {
 public:
  // nullptr: none.
  MigrationPtr FindMigration(const MigrationKey& key) const;
  TenantPtr FindTenant(const TenantKey& key) const;
  InstallationPtr FindInstallation(const TenantKey& key) const;

  // In key order, after `after`, those that `wanted` accepts, at most `limit`. `next` is the
  // last one's key, or an empty one at the end.
  std::vector<MigrationPtr> ListMigrations(const MigrationKey& after, int limit,
                                           const std::function<bool(const Migration&)>& wanted,
                                           MigrationKey* next) const;
  std::vector<MigrationPtr> AllMigrations() const;
  std::vector<TenantPtr> AllTenants() const;
  std::vector<InstallationPtr> AllInstallations() const;
  std::vector<FrozenRow> Frozen() const;
  // Whether the tenant has a row that must be left alone.
  std::string WhyFrozen(const TenantKey& key) const;

  uint64_t revision() const;

  Feed<Migration>& migrations_feed() { return migrations_feed_; }
  Feed<Tenant>& tenants_feed() { return tenants_feed_; }
  Feed<Installation>& installations_feed() { return installations_feed_; }

  void Publish(MigrationPtr row);
  void Publish(TenantPtr row);
  void Publish(InstallationPtr row);
  // Takes in a row as it is in the store, and drops one that stays there: no change for watchers.
  void Restore(MigrationPtr row);
  void Forget(const MigrationKey& key);
  void Freeze(const TenantKey& owner, FrozenRow row);

 private:
  mutable absl::Mutex mutex_;
  absl::btree_map<MigrationKey, MigrationPtr> migrations_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<TenantKey, TenantPtr> tenants_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<TenantKey, InstallationPtr> installations_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::pair<TenantKey, FrozenRow>> frozen_ ABSL_GUARDED_BY(mutex_);
  uint64_t revision_ ABSL_GUARDED_BY(mutex_) = 0;

  Feed<Migration> migrations_feed_;
  Feed<Tenant> tenants_feed_;
  Feed<Installation> installations_feed_;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_ENGINE_BOOK_H_
