#include "coordinator/edge/installation_cache.h"

#include "coordinator/edge/proto_time.h"
#include "realm/store/v1/edge_cache.pb.h"

namespace realm::edge {
namespace {

using InstallationRow = store::v1::CachedInstallationRow;

InstallationRow Encode(const v1::Installation& installation) {
  InstallationRow row;
  row.set_platform(installation.platform());
  row.set_sealed_secret(installation.sealed_secret());
  row.set_previous_sealed_secret(installation.previous_sealed_secret());
  row.set_previous_secret_expires(
      absl::ToUnixMicros(TimeOf(installation.previous_secret_expire_time())));
  row.set_site_base_url(installation.site_base_url());
  row.set_installed(installation.installed());
  row.set_linked_id(installation.linked_id());
  row.set_cloud_id(installation.cloud_id());
  return row;
}

v1::Installation Decode(const TenantKey& tenant, const InstallationRow& row) {
  v1::Installation installation;
  installation.set_app_id(tenant.app.value());
  installation.set_tenant_id(tenant.tenant.value());
  installation.set_platform(row.platform());
  installation.set_sealed_secret(row.sealed_secret());
  installation.set_previous_sealed_secret(row.previous_sealed_secret());
  *installation.mutable_previous_secret_expire_time() =
      ToTimestamp(absl::FromUnixMicros(row.previous_secret_expires()));
  installation.set_site_base_url(row.site_base_url());
  installation.set_installed(row.installed());
  installation.set_linked_id(row.linked_id());
  installation.set_cloud_id(row.cloud_id());
  return installation;
}

}  // namespace

std::optional<v1::Installation> InstallationCache::Find(const TenantKey& tenant) const {
  const std::optional<std::string> bytes =
      mirror_.Find(MirrorKey({tenant.app.value(), tenant.tenant.value()}));
  InstallationRow row;
  if (!bytes.has_value() || !row.ParseFromString(*bytes)) return std::nullopt;
  return Decode(tenant, row);
}

void InstallationCache::Put(const v1::Installation& installation) {
  mirror_.Put(MirrorKey({installation.app_id(), installation.tenant_id()}),
              Encode(installation).SerializeAsString());
}

}  // namespace realm::edge
