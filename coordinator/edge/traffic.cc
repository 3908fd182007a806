#include "coordinator/edge/traffic.h"

#include <optional>

#include "common/limits.h"
#include "coordinator/edge/proto_time.h"

namespace realm::edge {

void TrafficReporter::Saw(const TenantKey& tenant, const RealmId& realm) {
  const Key key(tenant, realm);
  if (!IsDue(key)) return;
  const auto done = [this, key](const absl::StatusOr<v1::ReportTenantTrafficResponse>& answer) {
    if (answer.ok()) return;
    // Not told: the next request is.
    absl::MutexLock lock(&mutex_);
    told_.erase(key);
  };
  Report(tenant, realm, clock_->Now() + kHookDeadline, done);
}

// A tenant that is not known here to rest may well be moving.
bool TrafficReporter::IsDue(const Key& key) {
  const std::optional<TenantPlace> place = tenants_->Find(key.first);
  const bool rests = tenants_->live() && place.has_value() && place->migration.empty();
  const absl::Duration pause = rests ? kReportPauseResting : kReportPauseMoving;
  const absl::Duration now = clock_->Monotonic();
  absl::MutexLock lock(&mutex_);
  const auto told = told_.find(key);
  if (told != told_.end() && now - told->second < pause) return false;
  if (told_.size() >= kTrafficRemembered) ForgetOld();
  told_[key] = now;
  return true;
}

void TrafficReporter::Report(const TenantKey& tenant, const RealmId& realm, absl::Time deadline,
                             Coordinator::Done<v1::ReportTenantTrafficResponse> done) {
  v1::ReportTenantTrafficRequest report;
  report.set_app_id(tenant.app.value());
  report.set_tenant_id(tenant.tenant.value());
  report.set_realm(realm.value());
  *report.mutable_seen_time() = ToTimestamp(clock_->Now());
  report.set_via("request");
  coordinator_->ReportTraffic(report, deadline, std::move(done));
}

// Forgetting one too many costs one more report.
void TrafficReporter::ForgetOld() {
  const absl::Duration now = clock_->Monotonic();
  for (auto told = told_.begin(); told != told_.end();) {
    const bool old = now - told->second >= kReportPauseResting;
    told = old ? told_.erase(told) : std::next(told);
  }
  if (told_.size() >= kTrafficRemembered) told_.clear();
}

}  // namespace realm::edge
