#include "tests/sim/world/people.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

#include "coordinator/core/directory.h"
#include "coordinator/core/view.h"

namespace realm::sim {

using coordinator::State;

namespace {

// A tenant who writes nothing still comes by now and then.
constexpr absl::Duration kVisitMax = absl::Minutes(2);
// One that nothing happens to any more comes by less often, to see that all is well.
constexpr absl::Duration kRareVisitMax = absl::Minutes(20);
// Keys that come into being during a run, beside those there are.
constexpr int64_t kNewKeys = 40;

std::string PlaceOf(const Scenario& scenario, const std::string& realm) {
  const RealmSpec* spec = FindRealm(scenario, realm);
  return spec == nullptr || spec->store.empty() ? realm : spec->store;
}

}  // namespace

Tenants::Tenants(Ground* ground, const StoreMap& stores, Platform* platform, EdgeWire* edge,
                 Auditor* auditor)
    : ground_(ground), platform_(platform), edge_(edge), auditor_(auditor) {
  for (const RealmSpec& realm : ground->scenario.realms) {
    for (const TransferSpec& transfer : ground->scenario.app.transfers)
      stores_[realm.code].push_back(
          stores.at({PlaceOf(ground->scenario, realm.code), transfer.name}));
  }
}

void Tenants::Start() {
  for (const TenantSpec& spec : ground_->scenario.tenants)
    VisitAgain(spec);
}

void Tenants::VisitAgain(const TenantSpec& spec) {
  const double rate = spec.writes_per_second;
  absl::Duration most = rate > 0
                            ? std::min(absl::Seconds(2 / rate), kVisitMax)
                            : std::min(ground_->scenario.platform.first_request_max, kVisitMax);
  if (platform_->IsAtRest(spec.id)) most = kRareVisitMax;
  const absl::Duration next = ground_->random.Between(absl::Milliseconds(1), most);
  ground_->loop.After(next, nullptr, [this, &spec, rate] {
    Visit(spec, platform_->RouteOf(spec.id), rate > 0);
    VisitAgain(spec);
  });
}

void Tenants::Visit(const TenantSpec& spec, const std::string& realm, bool writes) {
  edge_->SawRequest(spec.id, realm);
  const auto& transfers = ground_->scenario.app.transfers;
  const auto number =
      static_cast<size_t>(ground_->random.Below(static_cast<int64_t>(transfers.size())));
  const std::string& dataset = transfers[number].name;
  RealmStore* store = stores_.at(realm)[number];
  const auto& latest = auditor_->LatestOf(spec.id, dataset);
  const int64_t pick = ground_->random.Below(static_cast<int64_t>(latest.size()) + kNewKeys);
  std::string key = absl::StrCat("n", pick);
  if (pick < static_cast<int64_t>(latest.size())) key = std::next(latest.begin(), pick)->first;
  const auto read = store->AppRead(spec.id, key);
  if (read.ok()) {
    ground_->Count("tenant/reads");
    auditor_->OnRead(*store, spec.id, key, *read);
  }
  if (!writes) return;
  std::optional<std::string> value = absl::StrCat("v", ++written_);
  if (ground_->random.Chance(200)) value.reset();
  const absl::Status written = store->AppWrite(spec.id, key, value);
  ground_->Count(written.ok() ? "tenant/writes" : "tenant/writes-refused");
}

void Operator::LookAround() {
  if (!coordinator_->up() || coordinator_->process()->paused) return;
  for (const coordinator::MigrationPtr& row : coordinator_->engine()->book().AllMigrations()) {
    if (!coordinator::IsTerminal(row->state)) LookAt(*row);
  }
  for (const TenantSpec& spec : ground_->scenario.tenants) {
    const coordinator::TenantPtr row =
        coordinator_->engine()->book().FindTenant({AppId("app"), TenantId(spec.id)});
    if (row != nullptr) LookAt(*row);
  }
}

// Goes by the platform, and by what is in the store that it names.
void Operator::LookAt(const coordinator::Tenant& row) {
  const std::string& tenant = row.key.tenant.value();
  const uint64_t generation = coordinator_->engine()->generation();
  if (!coordinator::IsInDoubt(row, generation) || !row.active.empty()) return;
  if (!platform_->HasDecided(tenant) || !auditor_->IsHomeWhole(tenant)) return;
  ground_->Count("operator/sets-realm");
  edge_->SetRealm(row, platform_->RouteOf(tenant));
}

void Operator::LookAt(const coordinator::Migration& row) {
  const std::string& tenant = row.key.tenant.value();
  if (!platform_->HasDecided(tenant)) return;
  const std::string& route = platform_->RouteOf(tenant);
  const auto ignore = [](const absl::StatusOr<coordinator::Answer>&) {};
  const bool switched = route == row.target.value() && row.source != row.target;
  const std::string digest = coordinator::PlanDigest(row);
  if (switched && !digest.empty()) {
    ground_->Count("operator/confirms");
    edge_->Submit(coordinator::ConfirmInput{row.key, digest, "seen at the target"}, "operator:sim",
                  ignore);
    return;
  }
  // The platform has given it up, and the word of that was lost.
  const bool waits = row.state == State::kReadyToCommit || row.state == State::kCommitting;
  const bool given_up = platform_->HasGivenUp(row.key.migration.value());
  if (waits && !switched && given_up && row.stuck) {
    ground_->Count("operator/rolls-back");
    RollBack(row);
  }
}

void Operator::RollBack(const coordinator::Migration& row) {
  coordinator::HookInput hook;
  hook.hook = coordinator::Hook::kRollback;
  hook.key = row.key;
  hook.platform = "operator";
  hook.body_sha256 = std::string(32, 'o');
  edge_->Submit(std::move(hook), "operator:sim", [](const absl::StatusOr<coordinator::Answer>&) {});
}

void Operator::RollBackTooLate(const MigrationSpec& spec) {
  if (!coordinator_->up() || coordinator_->process()->paused) return;
  const MigrationKey key{AppId("app"), TenantId(spec.tenant), MigrationId(spec.id)};
  const coordinator::MigrationPtr row = coordinator_->engine()->book().FindMigration(key);
  if (row == nullptr || (row->state != State::kSwitched && row->state != State::kCommitted)) return;
  RollBack(*row);
}

}  // namespace realm::sim
