// The rows that one drain of the inbox changes, before they are durable.
#ifndef REALMSHIFT_COORDINATOR_ENGINE_ROUND_H_
#define REALMSHIFT_COORDINATOR_ENGINE_ROUND_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "coordinator/core/audit.h"
#include "coordinator/core/step.h"
#include "coordinator/engine/book.h"
#include "coordinator/store/store.h"

namespace realm::coordinator {

// Versions of the rows in the store, by store key.
using StoredVersions = absl::flat_hash_map<std::string, uint64_t>;

// Where the audit chain stands.
struct ChainEnd {
  uint64_t sequence = 0;
  std::string head;
};

// Thread safety: the engine's thread only.
class Round {
 public:
  Round(const Book* book, ChainEnd chain)
      : book_(book), chain_(std::move(chain)), previous_head_(chain_.head) {}

  // As this round has left them; nullptr: none. Alive until the round ends.
  MigrationPtr FindMigration(const MigrationKey& key) const;
  TenantPtr FindTenant(const TenantKey& key) const;
  InstallationPtr FindInstallation(const TenantKey& key) const;

  void Stage(Changes changes);
  void Stage(Tenant tenant);
  void Stage(Installation installation);
  // Numbers and chains the record.
  void Append(AuditRecord record);

  bool empty() const { return audits_.empty() && tenants_.empty() && installations_.empty(); }
  const std::map<MigrationKey, MigrationPtr>& migrations() const { return migrations_; }
  const std::map<TenantKey, TenantPtr>& tenants() const { return tenants_; }
  const std::map<TenantKey, InstallationPtr>& installations() const { return installations_; }
  const ChainEnd& chain() const { return chain_; }

  // Everything as one batch. `versions` are those before the batch. The first `kept_rows` writes
  // are rows; what follows is written once and never again.
  Batch MakeBatch(const StoredVersions& versions, size_t* kept_rows) const;

 private:
  const Book* book_;
  ChainEnd chain_;
  std::map<MigrationKey, MigrationPtr> migrations_;
  std::map<TenantKey, TenantPtr> tenants_;
  std::map<TenantKey, InstallationPtr> installations_;
  std::string previous_head_;  // Of the chain, before this round.
  std::vector<AuditRecord> audits_;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_ENGINE_ROUND_H_
