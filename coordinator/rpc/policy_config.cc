#include "coordinator/rpc/policy_config.h"

#include <set>
#include <string>

namespace realm::coordinator {
namespace {

namespace pb = ::realm::config::v1;

absl::Duration FromProto(const google::protobuf::Duration& in) {
  return absl::Seconds(in.seconds()) + absl::Nanoseconds(in.nanos());
}

Terms MakeTerms(const pb::App& app) {
  Terms out;
  out.switch_order = app.switch_order() == pb::App::BEFORE_COMMIT ? SwitchOrder::kBeforeCommit
                                                                  : SwitchOrder::kAfterCommit;
  out.retry_horizon = FromProto(app.retry_horizon());
  if (app.has_accept_elapsed()) out.accept_elapsed = FromProto(app.accept_elapsed());
  out.purge_grace = FromProto(app.purge_grace());
  out.seal_at_ready = app.seal_at() == pb::App::READY;
  out.max_duration = FromProto(app.max_migration_duration());
  out.margin = FromProto(app.window_margin());
  out.stuck_after = FromProto(app.stuck_after());
  return out;
}

AppPolicy MakeApp(const pb::App& app) {
  AppPolicy out;
  out.id = AppId(app.id());
  out.migrations_supported = !app.hook_path().empty();
  out.default_realm = RealmId(app.default_realm());
  out.terms = MakeTerms(app);
  std::set<RealmId> realms{out.default_realm};
  for (const pb::BaseUrl& url : app.region_base_urls())
    realms.insert(RealmId(url.realm()));
  out.realms.assign(realms.begin(), realms.end());
  std::set<std::string> moved;
  for (const pb::Dataset& d : app.datasets()) {
    const bool cached = d.handling() == pb::Dataset::REBUILD || d.handling() == pb::Dataset::DROP;
    if (!cached) moved.insert(d.name());
  }
  for (const pb::Transfer& t : app.transfers()) {
    TransferPolicy transfer;
    transfer.name = TransferName(t.name());
    transfer.blocking = !t.has_blocking() || t.blocking();
    for (const std::string& d : t.datasets()) {
      if (moved.count(d) > 0) transfer.datasets.emplace_back(d);
    }
    if (!transfer.datasets.empty()) out.transfers.push_back(std::move(transfer));
  }
  return out;
}

}  // namespace

Policy MakePolicy(const pb::CoordinatorConfig& config) {
  Policy out;
  for (const pb::Realm& r : config.realms()) {
    RealmPolicy realm{RealmId(r.code()), r.store().empty() ? r.code() : r.store()};
    out.realms[r.code()] = realm;
    for (const std::string& alias : r.aliases())
      out.realms[alias] = realm;
  }
  for (const pb::App& app : config.apps()) {
    AppPolicy policy = MakeApp(app);
    out.apps[policy.id] = std::move(policy);
  }
  out.per_realm_max = config.limits().migrations_per_realm();
  out.per_app_max = config.limits().migrations_per_app();
  out.per_pair_max = config.limits().migrations_per_pair();
  return out;
}

}  // namespace realm::coordinator
