#include "coordinator/store/rows.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "common/status_macros.h"
#include "coordinator/store/row_fields.h"
#include "realm/store/v1/rows.pb.h"

namespace realm::coordinator {

namespace pb = ::realm::store::v1;

std::string EncodeRow(const Tenant& in) {
  pb::TenantRow& out = Emptied<pb::TenantRow>();
  out.set_app(in.key.app.value());
  out.set_tenant(in.key.tenant.value());
  out.set_version(in.version);
  out.set_realm(in.realm.value());
  out.set_epoch(in.epoch);
  out.set_last_epoch(in.last_epoch);
  out.set_writable(in.writable);
  out.set_read_through(in.read_through.value());
  out.set_installed(in.installed);
  out.set_since(ToMicros(in.since));
  out.set_reason(in.reason);
  for (const PreviousRealm& p : in.previous) {
    pb::PreviousRealmRow* row = out.add_previous();
    row->set_realm(p.realm.value());
    row->set_from(ToMicros(p.from));
    row->set_until(ToMicros(p.until));
    row->set_reason(p.reason);
    row->set_epoch(p.epoch);
  }
  out.set_active(in.active.value());
  out.set_latest(in.latest.value());
  out.set_migration_count(in.migration_count);
  out.set_generation(in.generation);
  return out.SerializeAsString();
}

absl::StatusOr<Tenant> DecodeTenant(absl::string_view bytes) {
  pb::TenantRow& in = Emptied<pb::TenantRow>();
  RETURN_IF_ERROR(Parse(bytes, &in));
  if (in.app().empty() || in.tenant().empty() || in.realm().empty()) {
    return Damaged("a tenant without its name or realm");
  }
  Tenant out;
  out.key = TenantKey{AppId(in.app()), TenantId(in.tenant())};
  out.version = in.version();
  out.realm = RealmId(in.realm());
  out.epoch = in.epoch();
  out.last_epoch = in.last_epoch();
  out.writable = in.writable();
  out.read_through = RealmId(in.read_through());
  out.installed = in.installed();
  out.since = ToTime(in.since());
  out.reason = in.reason();
  for (const pb::PreviousRealmRow& row : in.previous()) {
    PreviousRealm p{RealmId(row.realm()), ToTime(row.from()), ToTime(row.until()),
                    Str(row.reason()), row.epoch()};
    out.previous.push_back(std::move(p));
  }
  out.active = MigrationId(in.active());
  out.latest = MigrationId(in.latest());
  out.migration_count = in.migration_count();
  out.generation = in.generation();
  return out;
}

std::string EncodeRow(const Installation& in) {
  pb::InstallationRow& out = Emptied<pb::InstallationRow>();
  out.set_app(in.key.app.value());
  out.set_tenant(in.key.tenant.value());
  out.set_version(in.version);
  out.set_platform(in.platform);
  out.set_sealed_secret(in.sealed_secret);
  out.set_previous_sealed_secret(in.previous_sealed_secret);
  out.set_previous_secret_expires(ToMicros(in.previous_secret_expires));
  out.set_site_base_url(in.site_base_url);
  out.set_installed(in.installed);
  out.set_updated(ToMicros(in.updated));
  out.set_linked_id(in.linked_id);
  return out.SerializeAsString();
}

absl::StatusOr<Installation> DecodeInstallation(absl::string_view bytes) {
  pb::InstallationRow& in = Emptied<pb::InstallationRow>();
  RETURN_IF_ERROR(Parse(bytes, &in));
  if (in.app().empty() || in.tenant().empty()) return Damaged("an installation without its name");
  Installation out;
  out.key = TenantKey{AppId(in.app()), TenantId(in.tenant())};
  out.version = in.version();
  out.platform = in.platform();
  out.sealed_secret = in.sealed_secret();
  out.previous_sealed_secret = in.previous_sealed_secret();
  out.previous_secret_expires = ToTime(in.previous_secret_expires());
  out.site_base_url = in.site_base_url();
  out.installed = in.installed();
  out.updated = ToTime(in.updated());
  out.linked_id = in.linked_id();
  return out;
}

namespace {

void Encode(const AuditRecord& in, pb::AuditRow* out) {
  out->set_sequence(in.sequence);
  out->set_time(ToMicros(in.time));
  out->set_app(in.key.app.value());
  out->set_tenant(in.key.tenant.value());
  out->set_migration(in.key.migration.value());
  out->set_actor(in.actor);
  out->set_input(in.input);
  out->set_detail(in.detail);
  out->set_before(static_cast<uint32_t>(in.before));
  out->set_after(static_cast<uint32_t>(in.after));
  out->set_epoch(in.epoch);
}

absl::StatusOr<AuditRecord> Decode(const pb::AuditRow& in) {
  AuditRecord out;
  out.sequence = in.sequence();
  out.time = ToTime(in.time());
  out.key = MigrationKey{AppId(in.app()), TenantId(in.tenant()), MigrationId(in.migration())};
  out.actor = in.actor();
  out.input = in.input();
  out.detail = in.detail();
  ASSIGN_OR_RETURN(out.before, ToEnum(in.before(), State::kNone, State::kCancelled, "state"));
  ASSIGN_OR_RETURN(out.after, ToEnum(in.after(), State::kNone, State::kCancelled, "state"));
  out.epoch = in.epoch();
  return out;
}

}  // namespace

std::string EncodeAuditBlock(absl::string_view previous, const std::vector<AuditRecord>& records) {
  pb::AuditBlockRow& out = Emptied<pb::AuditBlockRow>();
  out.set_previous(Str(previous));
  for (const AuditRecord& record : records)
    Encode(record, out.add_records());
  out.set_hash(records.back().hash);
  return out.SerializeAsString();
}

absl::StatusOr<AuditBlock> DecodeAuditBlock(absl::string_view bytes) {
  pb::AuditBlockRow& in = Emptied<pb::AuditBlockRow>();
  RETURN_IF_ERROR(Parse(bytes, &in));
  if (in.records().empty()) return Damaged("no audit record in a block of them");
  AuditBlock out;
  out.previous = in.previous();
  std::string hash = out.previous;
  for (const pb::AuditRow& row : in.records()) {
    ASSIGN_OR_RETURN(AuditRecord record, Decode(row));
    hash = ChainHash(hash, record);
    record.hash = hash;
    out.records.push_back(std::move(record));
  }
  if (hash != in.hash()) return Damaged("the audit records do not lead to their hash");
  return out;
}

}  // namespace realm::coordinator
