#include "tests/sim/process/judge.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace realm::sim {
namespace {

constexpr size_t kWrongShown = 3;

std::string FirstOf(const std::vector<std::string>& wrong) {
  const auto end = wrong.begin() + static_cast<std::ptrdiff_t>(std::min(wrong.size(), kWrongShown));
  return absl::StrCat(wrong.size(),
                      " records are wrong: ", absl::StrJoin(wrong.begin(), end, "; "));
}

std::string WhyItWaits(const v1::Migration& row) {
  std::string why;
  for (const v1::Blocker& blocker : row.blockers())
    absl::StrAppend(&why, "; ", blocker.reason(), " ", blocker.detail());
  return why;
}

}  // namespace

void RealJudge::Violate(absl::string_view invariant, const std::string& what,
                        absl::string_view kind) {
  log_->Say("broken", absl::StrCat(invariant, " ", what));
  violations_.push_back({std::string(invariant), what, pace_->Now(),
                         static_cast<uint64_t>(log_->lines().size()), std::string(kind)});
}

void RealJudge::JudgeEnds(const Lookout& lookout, Outcome* out) {
  for (const MigrationSpec& spec : scenario_.migrations)
    out->ends[spec.id] = JudgeEnd(spec.id, lookout);
}

MigrationEnd RealJudge::JudgeEnd(const std::string& migration, const Lookout& lookout) {
  const auto seen = lookout.seen().find(migration);
  if (seen == lookout.seen().end()) return {"refused", absl::ZeroDuration()};
  const v1::Migration& row = seen->second.row;
  if (IsTerminal(row)) {
    log_->Count(absl::StrCat("state/", row.status()));
    return lookout.ends().at(migration);
  }
  if (row.stuck()) {
    log_->Count(absl::StrCat("stuck/", row.status()));
    return {};
  }
  Violate("ends",
          absl::StrCat(migration, " is ", row.status(),
                       " long after all was healed, and does not say that a person must act",
                       WhyItWaits(row)),
          "liveness");
  return {};
}

bool RealJudge::HasEnded(const TenantSpec& tenant, const Outcome& out) const {
  return std::all_of(scenario_.migrations.begin(), scenario_.migrations.end(),
                     [&](const MigrationSpec& spec) {
                       return spec.tenant != tenant.id || !out.ends.at(spec.id).word.empty();
                     });
}

bool RealJudge::IsPlaceOf(const TenantSpec& tenant, const std::string& place) const {
  if (PlaceOf(scenario_, tenant.realm) == place) return true;
  return std::any_of(scenario_.migrations.begin(), scenario_.migrations.end(),
                     [&](const MigrationSpec& spec) {
                       return spec.tenant == tenant.id && PlaceOf(scenario_, spec.target) == place;
                     });
}

void RealJudge::JudgeTenants(const std::vector<std::unique_ptr<TenantApp>>& apps, Outcome* out) {
  for (size_t i = 0; i < apps.size(); ++i)
    JudgeTenant(scenario_.tenants[i], *apps[i], out);
}

void RealJudge::JudgeTenant(const TenantSpec& tenant, TenantApp& app, Outcome* out) {
  const bool ended = HasEnded(tenant, *out);
  if (ended && !app.CanWrite()) {
    Violate("end-open", absl::StrCat(tenant.id, " cannot write in ", app.route()), "invariant");
  }
  const Holdings holdings = app.Compare();
  out->target_equals_source &= holdings.wrong.empty();
  if (ended && !holdings.wrong.empty()) {
    Violate("end-whole",
            absl::StrCat(tenant.id, " in ", app.route(), ": ", FirstOf(holdings.wrong)),
            "invariant");
  }
  if (holdings.leftovers_gone > 0) {
    Violate("leftover-kept",
            absl::StrCat(tenant.id, ": ", holdings.leftovers_gone,
                         " records are gone that no migration had written"),
            "invariant");
  }
  for (const auto& [place, count] : holdings.elsewhere) {
    out->source_left += count;
    const std::string what = absl::StrCat(tenant.id, ": ", count, " records are left in ", place);
    if (!IsPlaceOf(tenant, place)) Violate("two-realms-only", what, "invariant");
    if (ended) Violate("nothing-left", what, "invariant");
  }
}

}  // namespace realm::sim
