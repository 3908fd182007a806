#include "coordinator/edge/tenant_cache.h"

#include "realm/store/v1/edge_cache.pb.h"

namespace realm::edge {

TenantPlace PlaceOf(const v1::Tenant& tenant) {
  return {RealmId(tenant.realm()), tenant.epoch(), tenant.writable(),
          MigrationId(tenant.migration_id())};
}

std::optional<TenantPlace> TenantCache::Find(const TenantKey& tenant) const {
  const std::optional<std::string> bytes =
      mirror_.Find(MirrorKey({tenant.app.value(), tenant.tenant.value()}));
  store::v1::CachedTenantRow row;
  if (!bytes.has_value() || !row.ParseFromString(*bytes)) return std::nullopt;
  return TenantPlace{RealmId(row.realm()), row.epoch(), row.writable(),
                     MigrationId(row.migration())};
}

void TenantCache::Put(const v1::Tenant& tenant) {
  store::v1::CachedTenantRow row;
  row.set_realm(tenant.realm());
  row.set_epoch(tenant.epoch());
  row.set_writable(tenant.writable());
  row.set_migration(tenant.migration_id());
  mirror_.Put(MirrorKey({tenant.app_id(), tenant.tenant_id()}), row.SerializeAsString());
}

}  // namespace realm::edge
