#include "coordinator/core/admission.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

#include "common/limits.h"
#include "common/seeded_bug.h"
#include "common/status_macros.h"
#include "coordinator/core/directory.h"

namespace realm::coordinator {
namespace {

std::string Show(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

absl::Status CheckWindow(const std::optional<Window>& window, absl::Time now) {
  if (!window) {
    return Refuse(Refusal::kWindowInvalid, "startTime and endTime are missing from the schedule");
  }
  const absl::Duration length = window->end - window->start;
  if (length < kWindowMin || length > kWindowMax) {
    return Refuse(Refusal::kWindowInvalid,
                  absl::StrCat("the window from ", Show(window->start), " to ", Show(window->end),
                               " must be ", absl::FormatDuration(kWindowMin), " to ",
                               absl::FormatDuration(kWindowMax), " long"));
  }
  if (window->end <= now) {
    return Refuse(Refusal::kWindowInvalid,
                  absl::StrCat("the window ended at ", Show(window->end), "; it is ", Show(now)));
  }
  if (window->start > now + kScheduleAheadMax) {
    return Refuse(Refusal::kWindowInvalid,
                  absl::StrCat("the window begins at ", Show(window->start), ", later than ",
                               Show(now + kScheduleAheadMax)));
  }
  return absl::OkStatus();
}

absl::Status CheckCapacity(const Overlaps& overlaps, const Policy& policy) {
  const auto over = [](int count, int max) { return max > 0 && count >= max; };
  const auto refuse = [](absl::string_view what, int count, int max) {
    return Refuse(Refusal::kTooMany, absl::StrCat(count, " migrations overlap this window ", what,
                                                  "; at most ", max, " may"));
  };
  const int realm_count = std::max(overlaps.source_realm, overlaps.target_realm);
  if (over(realm_count, policy.per_realm_max)) {
    return refuse("in one of the realms", realm_count, policy.per_realm_max);
  }
  if (over(overlaps.app, policy.per_app_max)) {
    return refuse("for the app", overlaps.app, policy.per_app_max);
  }
  if (over(overlaps.pair, policy.per_pair_max)) {
    return refuse("between the two realms", overlaps.pair, policy.per_pair_max);
  }
  return absl::OkStatus();
}

absl::StatusOr<const RealmPolicy*> FindTarget(const HookInput& schedule, const AppPolicy& app,
                                              const Policy& policy) {
  const RealmPolicy* target = FindRealmOf(app, policy, schedule.location);
  if (target != nullptr) return target;
  return Refuse(Refusal::kRealmUnsupported, NoRealmOf(app, "location", schedule.location));
}

std::vector<Transfer> MakeTransfers(const AppPolicy& app) {
  std::vector<Transfer> out;
  for (const TransferPolicy& policy : app.transfers) {
    Transfer transfer;
    transfer.name = policy.name;
    transfer.blocking = policy.blocking;
    transfer.datasets = policy.datasets;
    out.push_back(std::move(transfer));
  }
  return out;
}

bool OneStore(const Policy& policy, const RealmId& source, const RealmPolicy& target) {
  const RealmPolicy* from = FindRealm(policy, source.value());
  return source == target.code || (from != nullptr && from->store == target.store);
}

// A move that copies nothing asks no store whether the tenant lives there.
absl::Status CheckNotInDoubt(const HookInput& schedule, const Tenant& tenant, const Migration& m) {
  if (!m.no_op || !IsInDoubt(tenant, schedule.generation)) return absl::OkStatus();
  if (Seeded(SeededBug::kDoubtfulRealmTrusted)) return absl::OkStatus();
  return Refuse(
      Refusal::kRealmInDoubt,
      absl::StrCat("the directory has the tenant in ", m.source.value(), ", from where a move to ",
                   m.target.value(),
                   " copies nothing, and the coordinator was restored from a backup since; "
                   "say where the data is first: realmctl directory set"));
}

}  // namespace

absl::StatusOr<Migration> Admit(const HookInput& schedule, const Tenant* tenant,
                                const Policy& policy, absl::Time now) {
  const AppPolicy* app = FindApp(policy, schedule.key.app);
  if (app == nullptr || !app->migrations_supported) {
    return Refuse(Refusal::kMigrationsUnsupported,
                  absl::StrCat("app ", schedule.key.app.value(),
                               app == nullptr ? " is not configured" : " declares no hook path"));
  }
  if (tenant == nullptr || FindRealm(policy, tenant->realm.value()) == nullptr) {
    return Refuse(Refusal::kTenantUnknown,
                  tenant == nullptr || tenant->realm.empty()
                      ? "the directory does not know where this tenant's data is; register its "
                        "installation first"
                      : absl::StrCat("the tenant's data is in ", tenant->realm.value(),
                                     ", which is not configured any more"));
  }
  if (!tenant->active.empty() && tenant->active != schedule.key.migration &&
      !Seeded(SeededBug::kTenantMovesTwice)) {
    return RefuseBusy(*tenant);
  }
  ASSIGN_OR_RETURN(const RealmPolicy* target, FindTarget(schedule, *app, policy));
  RETURN_IF_ERROR(CheckWindow(schedule.window, now));
  RETURN_IF_ERROR(CheckCapacity(schedule.overlaps, policy));

  Migration m;
  m.key = schedule.key;
  m.uid = UidOf(m.key);
  m.source = tenant->realm;
  m.target = target->code;
  m.no_op = OneStore(policy, m.source, *target) &&
            !(Seeded(SeededBug::kSameStoreIsMoved) && m.source != target->code);
  RETURN_IF_ERROR(CheckNotInDoubt(schedule, *tenant, m));
  m.platform = schedule.platform;
  m.digest_key = schedule.digest_key;
  m.window = *schedule.window;
  m.terms = app->terms;
  m.transfers = MakeTransfers(*app);
  m.last_epoch = tenant->last_epoch;
  m.created = now;
  return m;
}

absl::Status CompareWithSchedule(const HookInput& hook, const Migration& m, const Policy& policy) {
  if (!hook.location.empty()) {
    const RealmPolicy* named = FindRealm(policy, hook.location);
    if (named == nullptr || named->code != m.target) {
      return Refuse(Refusal::kLocationMismatch,
                    absl::StrCat("location \"", hook.location, "\" differs from the scheduled ",
                                 m.target.value()));
    }
  }
  if (hook.window && !(*hook.window == m.window)) {
    return Refuse(Refusal::kWindowMismatch,
                  absl::StrCat("the window ", Show(hook.window->start), " to ",
                               Show(hook.window->end), " differs from the scheduled ",
                               Show(m.window.start), " to ", Show(m.window.end)));
  }
  return absl::OkStatus();
}

}  // namespace realm::coordinator
