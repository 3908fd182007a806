// Stands in for the coordinator: writes down what it was asked and answers what the test says.

#ifndef REALMSHIFT_TESTS_COORDINATOR_EDGE_FAKE_COORDINATOR_H_
#define REALMSHIFT_TESTS_COORDINATOR_EDGE_FAKE_COORDINATOR_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

#include "coordinator/edge/coordinator.h"

namespace realm::edge {

// Thread safety: any thread may call any method; the public members are for the test's thread while
// no request is under way.
class FakeCoordinator final : public Coordinator {
 public:
  struct HookCall {
    Hook hook;
    v1::HookOrigin origin;
    v1::HookBody body;
  };

  // What every call answers with instead, unless OK.
  absl::Status outage;
  // What hooks are refused with, unless OK.
  absl::Status refusal;
  std::string status = "scheduled";
  // Of the migration that hooks are answered for.
  uint64_t version = 1;
  v1::GetMigrationStatusResponse status_answer;
  bool traffic_counts = false;
  std::map<std::string, v1::Tenant> tenants;

  std::vector<HookCall> hooks;
  std::vector<v1::MigrationRef> polls;
  std::vector<v1::ReportTenantTrafficRequest> traffic;
  std::vector<v1::RegisterInstallationRequest> registered;
  std::vector<v1::UnregisterInstallationRequest> unregistered;

  // All calls so far, but look-ups and polls, which change nothing.
  size_t ChangingCalls() {
    absl::MutexLock lock(&mutex_);
    return hooks.size() + traffic.size() + registered.size() + unregistered.size();
  }

  void Call(Hook hook, const v1::HookOrigin& origin, const v1::HookBody& body, absl::Time,
            Done<v1::HookAnswer> done) override {
    if (!outage.ok()) return done(outage);
    {
      absl::MutexLock lock(&mutex_);
      hooks.push_back({hook, origin, body});
    }
    if (!refusal.ok()) return done(refusal);
    v1::HookAnswer answer;
    answer.mutable_ref()->set_app_id(origin.app_id());
    answer.mutable_ref()->set_tenant_id(origin.tenant_id());
    answer.mutable_ref()->set_migration_id(origin.migration_id());
    answer.set_status(status);
    answer.set_version(version);
    done(answer);
  }

  void GetStatus(const v1::MigrationRef& ref, absl::Time,
                 Done<v1::GetMigrationStatusResponse> done) override {
    if (!outage.ok()) return done(outage);
    {
      absl::MutexLock lock(&mutex_);
      polls.push_back(ref);
    }
    done(status_answer);
  }

  void ReportTraffic(const v1::ReportTenantTrafficRequest& request, absl::Time,
                     Done<v1::ReportTenantTrafficResponse> done) override {
    if (!outage.ok()) return done(outage);
    {
      absl::MutexLock lock(&mutex_);
      traffic.push_back(request);
    }
    v1::ReportTenantTrafficResponse answer;
    answer.set_recorded(traffic_counts);
    // The first request at the target is the proof that was waited for.
    if (traffic_counts) tenants[request.tenant_id()].set_realm(request.realm());
    done(answer);
  }

  void Lookup(const v1::LookupTenantRequest& request, absl::Time, Done<v1::Tenant> done) override {
    if (!outage.ok()) return done(outage);
    const auto tenant = tenants.find(request.tenant_id());
    if (tenant == tenants.end()) return done(absl::NotFoundError("no such tenant"));
    done(tenant->second);
  }

  void Register(const v1::RegisterInstallationRequest& request, absl::Time,
                Done<v1::RegisterInstallationResponse> done) override {
    if (!outage.ok()) return done(outage);
    {
      absl::MutexLock lock(&mutex_);
      registered.push_back(request);
    }
    v1::RegisterInstallationResponse answer;
    answer.mutable_tenant()->set_realm(request.realm());
    answer.mutable_tenant()->set_epoch(1);
    answer.set_rule("first");
    done(answer);
  }

  void Unregister(const v1::UnregisterInstallationRequest& request, absl::Time,
                  Done<v1::UnregisterInstallationResponse> done) override {
    if (!outage.ok()) return done(outage);
    {
      absl::MutexLock lock(&mutex_);
      unregistered.push_back(request);
    }
    done(v1::UnregisterInstallationResponse());
  }

 private:
  absl::Mutex mutex_;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_TESTS_COORDINATOR_EDGE_FAKE_COORDINATOR_H_
