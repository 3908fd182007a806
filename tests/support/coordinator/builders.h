// A small world for tests of the pure core: two apps, four realms, one tenant; and
// a coordinator of a few maps, which is to Step what engine and store are.

#ifndef REALMSHIFT_TESTS_SUPPORT_COORDINATOR_BUILDERS_H_
#define REALMSHIFT_TESTS_SUPPORT_COORDINATOR_BUILDERS_H_

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "common/check.h"
#include "common/digest.h"
#include "common/status_macros.h"
#include "coordinator/core/audit.h"
#include "coordinator/core/directory.h"
#include "coordinator/core/input.h"
#include "coordinator/core/invariants.h"
#include "coordinator/core/policy.h"
#include "coordinator/core/step.h"
#include "coordinator/core/view.h"

namespace realm::coordinator {

// The day on which tests play: 2030-01-01, UTC.
inline absl::Time Midnight() {
  return absl::FromCivil(absl::CivilDay(2030, 1, 1), absl::UTCTimeZone());
}

// Hours may pass 24: At(26, 0) is two in the morning of the next day.
inline absl::Time At(int hours, int minutes = 0) {
  return Midnight() + absl::Hours(hours) + absl::Minutes(minutes);
}

inline MigrationKey KeyFor(absl::string_view migration, absl::string_view app = "notes",
                           absl::string_view tenant = "acme") {
  return MigrationKey{AppId(app), TenantId(tenant), MigrationId(migration)};
}

inline TransferPolicy TransferNamed(absl::string_view name, bool blocking = true) {
  return TransferPolicy{TransferName(name), blocking, {DatasetName(absl::StrCat(name, "-rows"))}};
}

// "notes" has base URLs in US, EU and DE and one blocking transfer, "main". DE's data is kept in
// EU's store. "legacy" has no hook path. AU is configured, but no app is there.
inline Policy SmallPolicy() {
  Policy policy;
  const auto add = [&](absl::string_view code, absl::string_view store) {
    policy.realms[std::string(code)] = RealmPolicy{RealmId(code), std::string(store)};
  };
  add("US", "us-store");
  add("EU", "eu-store");
  add("DE", "eu-store");
  add("AU", "au-store");
  AppPolicy notes;
  notes.id = AppId("notes");
  notes.migrations_supported = true;
  notes.default_realm = RealmId("US");
  notes.realms = {RealmId("US"), RealmId("EU"), RealmId("DE")};
  notes.transfers = {TransferNamed("main")};
  AppPolicy legacy = notes;
  legacy.id = AppId("legacy");
  legacy.migrations_supported = false;
  policy.apps = {{notes.id, notes}, {legacy.id, legacy}};
  return policy;
}

inline HookInput HookFor(Hook hook, const MigrationKey& key, absl::string_view body = "") {
  HookInput out;
  out.hook = hook;
  out.key = key;
  out.platform = "connect";
  out.body_sha256 = absl::StrCat(ToString(hook), " ", body);  // Stands in for the digest.
  return out;
}

inline HookInput ScheduleFor(const MigrationKey& key, absl::string_view location, Window window) {
  HookInput out =
      HookFor(Hook::kSchedule, key, absl::StrCat(location, absl::ToUnixSeconds(window.end)));
  out.location = std::string(location);
  out.window = window;
  return out;
}

// Stands in for a digest: of its length, and different for each dataset.
inline std::string RootFor(const DatasetName& dataset) {
  std::string out = dataset.value();
  out.resize(kDigestBytes, '.');
  return out;
}

// What a worker that did its work says: for a copy, one table in each dataset.
inline ReportInput ReportFor(const Migration& m, const Job& job, ReportInput::Outcome outcome) {
  ReportInput out;
  out.key = m.key;
  out.job = job.number;
  out.epoch = job.epoch;
  out.outcome = outcome;
  if (job.kind != JobKind::kCopy || outcome != ReportInput::Outcome::kDone) return out;
  for (const DatasetName& dataset : FindTransfer(m, job.transfer)->datasets) {
    out.manifest.push_back(TableManifest{dataset, "", 100, 5000, RootFor(dataset)});
  }
  return out;
}

// Thread safety: one thread at a time.
class SmallCoordinator {
 public:
  explicit SmallCoordinator(Policy small_policy = SmallPolicy())
      : policy(std::move(small_policy)), chain_head(FirstChainHead()) {}

  std::string InstallTenant(const TenantKey& key, absl::string_view realm, absl::Time now) {
    return Install(key, RealmId(realm), 1, now, &tenants[key]);
  }

  // Steps the input and keeps what it changes, as the engine does.
  absl::StatusOr<Changes> Apply(InputBody body, absl::string_view actor, absl::Time now) {
    Input input{std::move(body), std::string(actor)};
    if (auto* hook = std::get_if<HookInput>(&input.body)) Complete(hook);
    const MigrationKey key = KeyOf(input);
    const Before before{FindRow(key), FindTenantRow(key)};
    ASSIGN_OR_RETURN(Changes changes, Step(before, input, policy, now));
    Keep(before, changes);
    return changes;
  }

  const Migration* FindRow(const MigrationKey& key) const {
    const auto found = migrations.find(key);
    return found == migrations.end() ? nullptr : &found->second;
  }
  const Tenant* FindTenantRow(const MigrationKey& key) const {
    const auto found = tenants.find(TenantKey{key.app, key.tenant});
    return found == tenants.end() ? nullptr : &found->second;
  }

  Policy policy;
  std::map<MigrationKey, Migration> migrations;
  std::map<TenantKey, Tenant> tenants;
  std::vector<AuditRecord> audit;
  std::string chain_head;

 private:
  // What the engine adds to a hook: which migration is meant, and what overlaps it.
  void Complete(HookInput* hook) const {
    const Tenant* tenant = FindTenantRow(hook->key);
    hook->key.migration = ResolveMigration(hook->hook, hook->key.migration, tenant);
    if (hook->hook != Hook::kSchedule || !hook->window || tenant == nullptr) return;
    for (const auto& [key, m] : migrations) {
      if (key != hook->key && !IsTerminal(m.state)) Count(m, *tenant, hook);
    }
  }

  void Count(const Migration& m, const Tenant& tenant, HookInput* hook) const {
    if (m.window.start >= hook->window->end || hook->window->start >= m.window.end) return;
    const RealmPolicy* target = FindRealm(policy, hook->location);
    const auto touches = [&](const RealmId& r) { return m.source == r || m.target == r; };
    const bool same_target = target != nullptr && touches(target->code);
    if (m.key.app == hook->key.app) ++hook->overlaps.app;
    if (touches(tenant.realm)) ++hook->overlaps.source_realm;
    if (same_target) ++hook->overlaps.target_realm;
    if (touches(tenant.realm) && same_target) ++hook->overlaps.pair;
  }

  void Keep(const Before& before, const Changes& changes) {
    if (changes.migration) {
      const uint64_t version = before.migration ? before.migration->version : 0;
      REALM_CHECK(changes.migration->version == version + 1);
      REALM_CHECK(changes.audit.has_value());
      AuditRecord record = *changes.audit;
      record.sequence = audit.size() + 1;
      record.hash = chain_head = ChainHash(chain_head, record);
      audit.push_back(std::move(record));
    }
    // After the last use of the rows that `before` points to.
    if (changes.tenant) tenants[changes.tenant->key] = *changes.tenant;
    if (changes.migration) migrations[changes.migration->key] = *changes.migration;
  }
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_TESTS_SUPPORT_COORDINATOR_BUILDERS_H_
