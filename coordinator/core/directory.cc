#include "coordinator/core/directory.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/limits.h"
#include "common/seeded_bug.h"
#include "coordinator/core/refusal.h"
#include "coordinator/core/view.h"

namespace realm::coordinator {
namespace {

// What readers of the directory act upon.
struct Routing {
  RealmId realm;
  bool writable = true;
  RealmId read_through;

  friend bool operator==(const Routing& a, const Routing& b) {
    return std::tie(a.realm, a.writable, a.read_through) ==
           std::tie(b.realm, b.writable, b.read_through);
  }
};

Routing RoutingOf(const Tenant& t) {
  return {t.realm, t.writable, t.read_through};
}

Routing RoutingFor(const Migration& m) {
  switch (m.state) {
    case State::kNone:
    case State::kScheduled:
    case State::kRolledBack:
    case State::kCancelled:
      return {m.source, true, RealmId()};
    case State::kCopying:
    case State::kReadyToCommit:
    case State::kFailed:
      // A seal that only a lost history may have made is no reason to call the tenant read-only.
      return {m.source, !SealWasOrdered(m), RealmId()};
    case State::kRollingBack:
      return {m.source, !SealMayExist(m) || AllUnsealed(m), RealmId()};
    case State::kCommitting:
      if (Seeded(SeededBug::kDirectoryFlipsAtProof) && m.proof) return {m.target, true, RealmId()};
      // Where one store keeps both realms nothing is sealed.
      return {m.source, m.no_op, RealmId()};
    case State::kSwitched:
      return {m.target, AllBlockingOpened(m) || Seeded(SeededBug::kWritableFromSwitch),
              AllOpened(m) ? RealmId() : m.source};
    case State::kCommitted:
      return {m.target, true, RealmId()};
  }
  std::abort();  // Not reached: the switch is exhaustive.
}

void RememberRealm(absl::Time now, Tenant* tenant) {
  PreviousRealm previous;
  previous.realm = tenant->realm;
  previous.from = tenant->since;
  previous.until = now;
  previous.reason = tenant->reason;
  previous.epoch = tenant->epoch;
  tenant->previous.insert(tenant->previous.begin(), std::move(previous));
  if (tenant->previous.size() > kPreviousRealmsMax) tenant->previous.resize(kPreviousRealmsMax);
}

void NameRealm(const RealmId& realm, std::string reason, uint64_t generation, absl::Time now,
               Tenant* tenant) {
  RememberRealm(now, tenant);
  tenant->realm = realm;
  tenant->generation = generation;
  tenant->since = now;
  tenant->reason = std::move(reason);
}

}  // namespace

bool UpdateEntry(absl::Time now, Migration* m, Tenant* tenant) {
  bool changed = false;
  const Routing wanted = RoutingFor(*m);
  if (!(wanted == RoutingOf(*tenant))) {
    if (!Seeded(SeededBug::kDirectoryEpochKept)) tenant->epoch = ++m->last_epoch;
    if (wanted.realm != tenant->realm) {
      NameRealm(wanted.realm, absl::StrCat("migration ", m->key.migration.value()), m->generation,
                now, tenant);
    }
    tenant->writable = wanted.writable;
    tenant->read_through = wanted.read_through;
    changed = true;
  }
  const MigrationId active = IsTerminal(m->state) ? MigrationId() : m->key.migration;
  if (tenant->latest != m->key.migration) {
    tenant->latest = m->key.migration;
    ++tenant->migration_count;
    changed = true;
  }
  if (tenant->active != active) {
    tenant->active = active;
    changed = true;
  }
  // The counter goes home when the migration ends; until then its row has it.
  if (IsTerminal(m->state) && tenant->last_epoch < m->last_epoch &&
      !Seeded(SeededBug::kEpochsBeginAgain)) {
    tenant->last_epoch = m->last_epoch;
    changed = true;
  }
  return changed;
}

bool IsInDoubt(const Tenant& tenant, uint64_t generation) {
  // A row that names none is of the first, or of a build from before they were noted.
  return std::max<uint64_t>(tenant.generation, 1) < generation;
}

std::string Install(const TenantKey& key, const RealmId& realm, uint64_t generation, absl::Time now,
                    Tenant* tenant) {
  if (tenant->realm.empty()) {
    tenant->key = key;
    tenant->realm = realm;
    tenant->generation = generation;
    tenant->epoch = ++tenant->last_epoch;
    tenant->since = now;
    tenant->reason = "installed";
    tenant->installed = true;
    return "first";
  }
  tenant->installed = true;
  return tenant->realm == realm ? "same-realm" : "kept-previous-realm";
}

absl::Status RefuseBusy(const Tenant& tenant) {
  return Refuse(Refusal::kTenantBusy,
                absl::StrCat("migration ", tenant.active.value(), " of this tenant is under way"));
}

absl::Status SetRealm(const RealmWord& word, uint64_t generation, absl::Time now, Tenant* tenant) {
  if (word.epoch != tenant->epoch) {
    return Refuse(Refusal::kEntryChanged,
                  absl::StrCat("the entry is of epoch ", tenant->epoch, ", and the order is for ",
                               word.epoch, "; look it up again"));
  }
  if (!tenant->active.empty()) return RefuseBusy(*tenant);
  tenant->generation = generation;
  if (word.realm == tenant->realm) return absl::OkStatus();
  tenant->epoch = ++tenant->last_epoch;
  NameRealm(word.realm, absl::StrCat("operator: ", word.reason), generation, now, tenant);
  tenant->writable = true;
  tenant->read_through = RealmId();
  return absl::OkStatus();
}

bool Uninstall(absl::Time, Tenant* tenant) {
  if (!tenant->installed) return false;
  tenant->installed = false;
  return true;
}

}  // namespace realm::coordinator
