// The keys of the coordinator's rows. Their bytes are on disk: docs/formats/store.md.
//
// Each begins with a letter for the kind of row. Ids follow, each escaped so that keys order as
// their ids do and no id can run into the next, and numbers with the big end first.

#ifndef REALMSHIFT_COORDINATOR_STORE_KEYS_H_
#define REALMSHIFT_COORDINATOR_STORE_KEYS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/ids.h"

namespace realm::coordinator {

// All rows of a kind.
inline constexpr absl::string_view kMigrationRows = "g";
inline constexpr absl::string_view kTenantRows = "t";
inline constexpr absl::string_view kAuditRows = "a";

std::string MigrationRowKey(const MigrationKey& key);
std::string TenantRowKey(const TenantKey& key);

// An audit record lies with its migration, so that its events are one short scan.
std::string AuditRowKey(const MigrationKey& key, uint64_t sequence);
// What the keys of all records of a migration begin with. With an empty `migration`: the records
// of the tenant alone.
std::string AuditRowPrefix(const MigrationKey& key);

// The way back. DATA_LOSS: `key` is none that the functions above make.
absl::StatusOr<MigrationKey> ParseMigrationRowKey(absl::string_view key);
absl::StatusOr<TenantKey> ParseTenantRowKey(absl::string_view key);
struct AuditPlace {
  MigrationKey key;
  uint64_t sequence = 0;
};
absl::StatusOr<AuditPlace> ParseAuditRowKey(absl::string_view key);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_KEYS_H_
