// Which realm each tenant is in, so that a request that reached the wrong one is told the right one
// without asking.

#ifndef REALMSHIFT_COORDINATOR_EDGE_TENANT_CACHE_H_
#define REALMSHIFT_COORDINATOR_EDGE_TENANT_CACHE_H_

#include <optional>
#include <string>

#include "common/ids.h"
#include "coordinator/edge/mirror.h"
#include "realm/v1/directory.pb.h"

namespace realm::edge {

struct TenantPlace {
  RealmId realm;
  // Grows with each change of the entry.
  uint64_t epoch = 0;
  bool writable = false;
  // The migration under way; empty when there is none.
  MigrationId migration;
};

// What an entry of the directory says, without what is not kept here.
TenantPlace PlaceOf(const v1::Tenant& tenant);

// Thread safety: any thread may call any method.
class TenantCache {
 public:
  TenantCache(std::string path, const Clock* clock) : mirror_(std::move(path), clock) {}

  // Nothing: not heard of.
  std::optional<TenantPlace> Find(const TenantKey& tenant) const;

  void Put(const v1::Tenant& tenant);

  // Whether the copy is at most a moment behind.
  bool live() const { return mirror_.live(); }

  Mirror& mirror() { return mirror_; }

 private:
  Mirror mirror_;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_TENANT_CACHE_H_
