#include "coordinator/store/keys.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace realm::coordinator {
namespace {

// A zero byte within an id becomes 00 FF; 00 01 ends it. So a shorter id orders before a longer
// one that begins with it, whatever comes next.
constexpr char kEnd = '\x01';
constexpr char kZero = '\xff';
constexpr size_t kSequenceBytes = 8;

void AppendId(absl::string_view id, std::string& key) {
  for (const char c : id) {
    key.push_back(c);
    if (c == '\0') key.push_back(kZero);
  }
  key.push_back('\0');
  key.push_back(kEnd);
}

// Takes an escaped id from the front of `key`. False: it is not one.
bool ConsumeId(absl::string_view& key, std::string& id) {
  while (true) {
    const size_t zero = key.find('\0');
    if (zero == absl::string_view::npos || zero + 1 == key.size()) return false;
    absl::StrAppend(&id, key.substr(0, zero));
    const char mark = key[zero + 1];
    key.remove_prefix(zero + 2);
    if (mark == kEnd) return true;
    if (mark != kZero) return false;
    id.push_back('\0');
  }
}

bool ConsumeTenant(absl::string_view& key, AppId& app, TenantId& tenant) {
  std::string app_id;
  std::string tenant_id;
  if (!ConsumeId(key, app_id) || !ConsumeId(key, tenant_id)) return false;
  app = AppId(app_id);
  tenant = TenantId(tenant_id);
  return true;
}

bool ConsumeMigration(absl::string_view& key, MigrationKey& migration) {
  std::string id;
  if (!ConsumeTenant(key, migration.app, migration.tenant) || !ConsumeId(key, id)) return false;
  migration.migration = MigrationId(id);
  return true;
}

void AppendMigration(const MigrationKey& key, std::string& bytes) {
  AppendId(key.app.value(), bytes);
  AppendId(key.tenant.value(), bytes);
  AppendId(key.migration.value(), bytes);
}

absl::Status NotA(absl::string_view kind, absl::string_view key) {
  return absl::DataLossError(
      absl::StrCat("key ", absl::CHexEscape(key), " is not that of ", kind, " row"));
}

}  // namespace

std::string MigrationRowKey(const MigrationKey& key) {
  std::string bytes(kMigrationRows);
  AppendMigration(key, bytes);
  return bytes;
}

std::string TenantRowKey(const TenantKey& key) {
  std::string bytes(kTenantRows);
  AppendId(key.app.value(), bytes);
  AppendId(key.tenant.value(), bytes);
  return bytes;
}

std::string AuditRowPrefix(const MigrationKey& key) {
  std::string bytes(kAuditRows);
  AppendMigration(key, bytes);
  return bytes;
}

std::string AuditRowKey(const MigrationKey& key, uint64_t sequence) {
  std::string bytes = AuditRowPrefix(key);
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(sequence >> shift));
  return bytes;
}

absl::StatusOr<MigrationKey> ParseMigrationRowKey(absl::string_view key) {
  MigrationKey migration;
  absl::string_view rest = key;
  if (absl::ConsumePrefix(&rest, kMigrationRows) && ConsumeMigration(rest, migration) &&
      rest.empty()) {
    return migration;
  }
  return NotA("a migration", key);
}

absl::StatusOr<TenantKey> ParseTenantRowKey(absl::string_view key) {
  TenantKey tenant;
  absl::string_view rest = key;
  if (absl::ConsumePrefix(&rest, kTenantRows) && ConsumeTenant(rest, tenant.app, tenant.tenant) &&
      rest.empty()) {
    return tenant;
  }
  return NotA("a tenant", key);
}

absl::StatusOr<AuditPlace> ParseAuditRowKey(absl::string_view key) {
  AuditPlace place;
  absl::string_view rest = key;
  if (!absl::ConsumePrefix(&rest, kAuditRows) || !ConsumeMigration(rest, place.key) ||
      rest.size() != kSequenceBytes) {
    return NotA("an audit", key);
  }
  for (const char c : rest)
    place.sequence = place.sequence << 8 | static_cast<unsigned char>(c);
  return place;
}

}  // namespace realm::coordinator
