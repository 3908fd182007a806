// Identifiers of the domain, each a type of its own, so that a tenant cannot be
// passed where a realm is meant.
//
// An id is an opaque, non-empty string of at most kIdBytesMax bytes (limits.h);
// who accepts one from outside checks that. A default-constructed id is empty
// and means "none".
#ifndef REALMSHIFT_COMMON_IDS_H_
#define REALMSHIFT_COMMON_IDS_H_

#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace realm {

template <typename Tag>
class Id {
 public:
  Id() = default;
  explicit Id(absl::string_view value) : value_(value) {}

  const std::string& value() const { return value_; }
  bool empty() const { return value_.empty(); }

  friend bool operator==(const Id& a, const Id& b) { return a.value_ == b.value_; }
  friend bool operator!=(const Id& a, const Id& b) { return a.value_ != b.value_; }
  friend bool operator<(const Id& a, const Id& b) { return a.value_ < b.value_; }

  template <typename H>
  friend H AbslHashValue(H h, const Id& id) {
    return H::combine(std::move(h), id.value_);
  }

  friend std::ostream& operator<<(std::ostream& out, const Id& id) { return out << id.value_; }

 private:
  std::string value_;
};

// One installable app of the vendor, by its key.
using AppId = Id<struct AppTag>;
// One installation of one app: Connect's clientKey or Forge's installation id.
using TenantId = Id<struct TenantTag>;
// A data-residency realm, by its upper-case code ("EU").
using RealmId = Id<struct RealmTag>;
// The platform's name for a migration; unique within (app, tenant).
using MigrationId = Id<struct MigrationTag>;
// A named part of a migration; unique within the migration.
using TransferName = Id<struct TransferTag>;
// What a connector moves for a transfer; unique within the configuration.
using DatasetName = Id<struct DatasetTag>;
// A worker process, by the name it gives itself; unique within its realm.
using WorkerId = Id<struct WorkerTag>;

// A migration's full name.
struct MigrationKey {
  AppId app;
  TenantId tenant;
  MigrationId migration;

  friend bool operator==(const MigrationKey& a, const MigrationKey& b) {
    return a.app == b.app && a.tenant == b.tenant && a.migration == b.migration;
  }
  friend bool operator!=(const MigrationKey& a, const MigrationKey& b) { return !(a == b); }
  friend bool operator<(const MigrationKey& a, const MigrationKey& b) {
    if (a.app != b.app) return a.app < b.app;
    if (a.tenant != b.tenant) return a.tenant < b.tenant;
    return a.migration < b.migration;
  }
  template <typename H>
  friend H AbslHashValue(H h, const MigrationKey& k) {
    return H::combine(std::move(h), k.app, k.tenant, k.migration);
  }
};

// A tenant's full name.
struct TenantKey {
  AppId app;
  TenantId tenant;

  friend bool operator==(const TenantKey& a, const TenantKey& b) {
    return a.app == b.app && a.tenant == b.tenant;
  }
  friend bool operator!=(const TenantKey& a, const TenantKey& b) { return !(a == b); }
  friend bool operator<(const TenantKey& a, const TenantKey& b) {
    if (a.app != b.app) return a.app < b.app;
    return a.tenant < b.tenant;
  }
  template <typename H>
  friend H AbslHashValue(H h, const TenantKey& k) {
    return H::combine(std::move(h), k.app, k.tenant);
  }
};

}  // namespace realm

#endif  // REALMSHIFT_COMMON_IDS_H_
