// Row keys of any ids: two names never share a key, nor does one reach into another's rows.

#include "absl/strings/match.h"

#include "coordinator/store/keys.h"
#include "tests/fuzz/fuzz.h"

namespace realm::fuzz {
namespace {

MigrationKey KeyFrom(Input& in) {
  MigrationKey key;
  key.app = AppId(in.Text());
  key.tenant = TenantId(in.Text());
  key.migration = MigrationId(in.Text());
  return key;
}

TenantKey TenantOf(const MigrationKey& key) {
  return {key.app, key.tenant};
}

void RunAudit(absl::string_view bytes) {
  const uint64_t sequence = coordinator::AuditSequenceOf(bytes);
  if (sequence != 0) REALM_CHECK(coordinator::AuditRowKey(sequence) == bytes);
}

}  // namespace

void Run(absl::string_view input) {
  RunAudit(input);
  Input in(input);
  const MigrationKey a = KeyFrom(in);
  const MigrationKey b = KeyFrom(in);
  REALM_CHECK((coordinator::RowKey(a) == coordinator::RowKey(b)) == (a == b));
  const std::string tenant_a = coordinator::RowKey(TenantOf(a));
  const std::string tenant_b = coordinator::RowKey(TenantOf(b));
  const bool same_tenant = TenantOf(a) == TenantOf(b);
  REALM_CHECK((tenant_a == tenant_b) == same_tenant);
  REALM_CHECK((coordinator::InstallationRowKey(TenantOf(a)) ==
               coordinator::InstallationRowKey(TenantOf(b))) == same_tenant);
  // What a scan over one tenant's rows finds.
  const absl::string_view below_b = absl::string_view(tenant_b).substr(2);
  const bool is_below =
      absl::StartsWith(absl::string_view(coordinator::RowKey(a)).substr(2), below_b);
  REALM_CHECK(is_below == same_tenant);
  const uint64_t sequence = in.Number();
  REALM_CHECK(coordinator::AuditSequenceOf(coordinator::AuditRowKey(sequence)) == sequence);
}

std::vector<std::string> Seeds() {
  const auto pair = [](absl::string_view a, absl::string_view b) {
    return TextSeed("app") + TextSeed(a) + TextSeed("m") + TextSeed("app") + TextSeed(b) +
           TextSeed("m") + "12345678";
  };
  const std::string zero(1, '\0');
  return {pair("acme", "acme"), pair("acme", "acme" + zero), pair(zero, zero + "\1"),
          pair("a" + zero + "\xff", "a"), coordinator::AuditRowKey(7)};
}

}  // namespace realm::fuzz
