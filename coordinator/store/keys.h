// The layout of keys: a letter for the kind, then parts that sort as their
// owners do. Documented in docs/formats/store.md.
#ifndef REALMSHIFT_COORDINATOR_STORE_KEYS_H_
#define REALMSHIFT_COORDINATOR_STORE_KEYS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

#include "common/ids.h"

namespace realm::coordinator {

inline constexpr absl::string_view kMigrationPrefix = "m/";
inline constexpr absl::string_view kTenantPrefix = "t/";
inline constexpr absl::string_view kInstallationPrefix = "i/";
inline constexpr absl::string_view kAuditPrefix = "a/";

std::string RowKey(const MigrationKey& key);
std::string RowKey(const TenantKey& key);
std::string InstallationRowKey(const TenantKey& key);
// Big end first, so that records sort by their number.
std::string AuditRowKey(uint64_t sequence);
// 0 when `key` is not the key of an audit record.
uint64_t AuditSequenceOf(absl::string_view key);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_KEYS_H_
