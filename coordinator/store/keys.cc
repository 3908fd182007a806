#include "coordinator/store/keys.h"

#include "absl/strings/str_cat.h"

namespace realm::coordinator {
namespace {

// A part is closed by two bytes that cannot occur inside it: zero bytes of the
// part are escaped, so that no id can reach into its neighbour's keys.
void AppendPart(std::string* out, absl::string_view part) {
  for (const char c : part) {
    out->push_back(c);
    if (c == '\0') out->push_back('\xff');
  }
  out->push_back('\0');
  out->push_back('\x01');
}

std::string TenantKeyUnder(absl::string_view prefix, const AppId& app, const TenantId& tenant) {
  std::string out(prefix);
  AppendPart(&out, app.value());
  AppendPart(&out, tenant.value());
  return out;
}

}  // namespace

std::string RowKey(const MigrationKey& key) {
  std::string out = TenantKeyUnder(kMigrationPrefix, key.app, key.tenant);
  AppendPart(&out, key.migration.value());
  return out;
}

std::string RowKey(const TenantKey& key) {
  return TenantKeyUnder(kTenantPrefix, key.app, key.tenant);
}

std::string InstallationRowKey(const TenantKey& key) {
  return TenantKeyUnder(kInstallationPrefix, key.app, key.tenant);
}

std::string AuditRowKey(uint64_t sequence) {
  std::string out(kAuditPrefix);
  for (int shift = 56; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(sequence >> shift));
  return out;
}

uint64_t AuditSequenceOf(absl::string_view key) {
  if (key.size() != kAuditPrefix.size() + 8 || key.substr(0, 2) != kAuditPrefix) return 0;
  uint64_t out = 0;
  for (const char c : key.substr(2))
    out = out << 8 | static_cast<uint8_t>(c);
  return out;
}

}  // namespace realm::coordinator
