#include "tests/sim/world/run.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

#include "common/check.h"
#include "common/log.h"
#include "coordinator/core/view.h"
#include "tests/sim/world/attach_wire.h"
#include "tests/sim/world/auditor.h"
#include "tests/sim/world/chaos.h"
#include "tests/sim/world/coordinator_node.h"
#include "tests/sim/world/edge_wire.h"
#include "tests/sim/world/people.h"
#include "tests/sim/world/platform.h"
#include "tests/sim/world/rows.h"
#include "tests/sim/world/sim_clock.h"
#include "tests/sim/world/worker_node.h"

namespace realm::sim {
namespace {

using coordinator::Policy;

// How long a world that has come to rest is watched: what sleeps wakes up meanwhile.
constexpr absl::Duration kAfterRest = absl::Minutes(10);
// How often the operator looks, and how often it is asked whether all is over.
constexpr absl::Duration kOperatorPeriod = absl::Minutes(10);
constexpr absl::Duration kRestPeriod = absl::Minutes(1);
// How long after the end of all faults a migration that is stuck may still get on by itself.
constexpr absl::Duration kPatience = absl::Hours(2);

std::string PlaceOf(const RealmSpec& realm) {
  return realm.store.empty() ? realm.code : realm.store;
}

Policy MakePolicy(const Scenario& scenario) {
  Policy policy;
  coordinator::AppPolicy app;
  app.id = AppId("app");
  app.migrations_supported = true;
  app.default_realm = RealmId(scenario.realms.front().code);
  app.terms = scenario.app.terms;
  for (const RealmSpec& realm : scenario.realms) {
    policy.realms[realm.code] = coordinator::RealmPolicy{RealmId(realm.code), PlaceOf(realm)};
    app.realms.emplace_back(realm.code);
  }
  for (const TransferSpec& transfer : scenario.app.transfers) {
    app.transfers.push_back(
        {TransferName(transfer.name), transfer.blocking, {DatasetName(transfer.name)}});
  }
  policy.apps[app.id] = app;
  return policy;
}

struct CheckFailed {
  std::string text;
};

// While it lives the product's log goes nowhere, and a failed check is thrown.
class Quiet {
 public:
  Quiet()
      : sink_(SetLogSink([](absl::string_view) {})),
        failures_(SetCheckFailureSink([](const std::string& text) { throw CheckFailed{text}; })) {
    SetLogLevel(Level::kError);
    // There is one thread, and the bookkeeping would take a tenth of its time.
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  }
  ~Quiet() {
    SetLogSink(std::move(sink_));
    SetCheckFailureSink(failures_);
    SetLogLevel(Level::kInfo);
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  LogSink sink_;
  const CheckFailureSink failures_;
};

class Run {
 public:
  Run(const Scenario& scenario, uint64_t seed, const RunOptions& options)
      : options_(options),
        ground_(scenario, seed, options.keep_events),
        auditor_(&ground_),
        rows_(&ground_, &auditor_),
        coordinator_(&ground_, &rows_, MakePolicy(scenario)),
        edge_(&ground_, &coordinator_, &auditor_),
        platform_(&ground_, &edge_, &auditor_),
        person_(&ground_, &coordinator_, &platform_, &edge_, &auditor_) {
    MakeStores();
    MakeWorkers();
    tenants_ = std::make_unique<Tenants>(&ground_, stores_by_key_, &platform_, &edge_, &auditor_);
    World world;
    world.ground = &ground_;
    world.coordinator = &coordinator_;
    world.workers = &workers_;
    world.stores = stores_by_key_;
    world.platform = &platform_;
    world.edge = &edge_;
    world.tenants = tenants_.get();
    world.auditor = &auditor_;
    world.person = &person_;
    chaos_ = std::make_unique<Chaos>(std::move(world));
    rows_.Tell(&edge_, chaos_.get());
  }

  ~Run() {
    coordinator_.Kill("the end", absl::InfiniteDuration());
    for (const auto& worker : workers_)
      worker->Kill();
  }

  Outcome Play();

 private:
  void MakeStores();
  std::map<std::string, RealmStore*> StoresOf(const RealmSpec& realm, int number) const;
  void MakeWorkers();
  void Begin();
  void OperatorAgain();
  bool WaitsForGood(const coordinator::Migration& row) const;
  bool AtRest() const;
  void Judge();
  void JudgeMigration(const coordinator::Migration& row);
  void FillEnds(Outcome* out);
  void RunUntil(absl::Duration until, bool stop_at_rest);
  void ComeToRest(absl::Duration until);

  const RunOptions options_;
  absl::Duration healed_at_ = absl::InfiniteDuration();
  Ground ground_;
  Auditor auditor_;
  Rows rows_;
  std::vector<std::unique_ptr<RealmStore>> stores_;
  StoreMap stores_by_key_;
  std::vector<std::unique_ptr<WorkerNode>> workers_;
  std::vector<std::unique_ptr<AttachWire>> wires_;
  CoordinatorNode coordinator_;
  EdgeWire edge_;
  Platform platform_;
  Operator person_;
  std::unique_ptr<Tenants> tenants_;
  std::unique_ptr<Chaos> chaos_;
  std::map<std::string, MigrationEnd> ends_;
};

void Run::MakeStores() {
  const Scenario& scenario = ground_.scenario;
  for (const RealmSpec& realm : scenario.realms) {
    auditor_.AddRealm(realm.code, PlaceOf(realm));
    for (const TransferSpec& transfer : scenario.app.transfers) {
      RealmStore*& store = stores_by_key_[{PlaceOf(realm), transfer.name}];
      if (store != nullptr) continue;
      stores_.push_back(
          std::make_unique<RealmStore>(&ground_, &auditor_, PlaceOf(realm), transfer.name));
      store = stores_.back().get();
      auditor_.AddStore(store);
    }
  }
  for (const TenantSpec& tenant : scenario.tenants) {
    const std::string place = PlaceOf(*FindRealm(scenario, tenant.realm));
    for (const auto& [transfer, count] : tenant.data) {
      RealmStore* store = stores_by_key_.at({place, transfer});
      for (int i = 0; i < count; ++i)
        store->Preload(tenant.id, absl::StrCat("k", i), absl::StrCat("first-", i));
    }
    auditor_.AddTenant(tenant);
  }
}

// What worker `number` of `realm`, counted from 1, serves.
std::map<std::string, RealmStore*> Run::StoresOf(const RealmSpec& realm, int number) const {
  std::map<std::string, RealmStore*> stores;
  int turn = 0;
  for (const TransferSpec& transfer : ground_.scenario.app.transfers) {
    if (realm.divided && turn++ % realm.workers != number - 1) continue;
    stores[transfer.name] = stores_by_key_.at({PlaceOf(realm), transfer.name});
  }
  return stores;
}

void Run::MakeWorkers() {
  for (const RealmSpec& realm : ground_.scenario.realms) {
    for (int i = 1; i <= realm.workers; ++i) {
      const auto find = [this](const std::string& address) -> SourcePeer* {
        for (const auto& worker : workers_)
          if (worker->address() == address) return worker->peer();
        return nullptr;
      };
      workers_.push_back(
          std::make_unique<WorkerNode>(&ground_, realm, i, StoresOf(realm, i), find));
      wires_.push_back(
          std::make_unique<AttachWire>(&ground_, workers_.back().get(), &coordinator_));
    }
  }
  coordinator_.OnChange([this] {
    for (const auto& wire : wires_)
      wire->CoordinatorChanged();
  });
}

void Run::OperatorAgain() {
  ground_.loop.After(kOperatorPeriod, nullptr, [this] {
    person_.LookAround();
    OperatorAgain();
  });
}

void Run::Begin() {
  coordinator_.Start();
  for (const TenantSpec& tenant : ground_.scenario.tenants)
    edge_.Install(tenant.id, tenant.realm);
  for (const auto& worker : workers_)
    worker->Start();
  RunUntil(ground_.loop.now() + absl::Milliseconds(5), false);
  platform_.Start();
  tenants_->Start();
  chaos_->Start();
  OperatorAgain();
}

// Faults are long over, and it has said that a person must look.
bool Run::WaitsForGood(const coordinator::Migration& row) const {
  return row.stuck && ground_.healed && ground_.loop.now() > healed_at_ + kPatience;
}

bool Run::AtRest() const {
  if (!platform_.AllOver() || !coordinator_.up()) return false;
  for (const auto& worker : workers_)
    if (worker->process()->paused) return false;
  for (const coordinator::MigrationPtr& row : coordinator_.rows())
    if (!coordinator::IsTerminal(row->state) && !WaitsForGood(*row)) return false;
  return true;
}

void Run::RunUntil(absl::Duration until, bool stop_at_rest) {
  absl::Duration look = ground_.loop.now() + kRestPeriod;
  while (ground_.loop.RunOne(until)) {
    if (ground_.loop.steps() > options_.step_limit) {
      ground_.Violate("ends", "the run takes too many steps", "liveness");
      return;
    }
    if (!ground_.violations.empty()) return;
    if (!stop_at_rest || ground_.loop.now() < look) continue;
    look = ground_.loop.now() + kRestPeriod;
    if (AtRest()) return;
  }
}

// A hook that was still on its way may find everything at rest, and begin it anew.
void Run::ComeToRest(absl::Duration until) {
  do {
    RunUntil(until, true);
    RunUntil(ground_.loop.now() + kAfterRest, false);
  } while (ground_.violations.empty() && ground_.loop.now() < until && !AtRest());
}

Outcome Run::Play() {
  const Scenario& scenario = ground_.scenario;
  try {
    Begin();
    RunUntil(scenario.faults_until, true);
    chaos_->Heal();
    healed_at_ = ground_.loop.now();
    ComeToRest(scenario.faults_until + scenario.heal_limit);
    Judge();
  } catch (const CheckFailed& failed) {
    ground_.Violate("assertion", failed.text);
  }
  Outcome out;
  out.violations = ground_.violations;
  out.simulated = ground_.loop.now();
  out.migrations = platform_.accepted();
  out.faults = ground_.faults;
  out.steps = static_cast<int64_t>(ground_.loop.steps());
  FillEnds(&out);
  out.counters.insert(ground_.counters.begin(), ground_.counters.end());
  out.event_log_sha256 = ground_.log.Digest();
  out.events = ground_.log.TakeLines();
  return out;
}

void Run::Judge() {
  if (!ground_.violations.empty()) return;
  if (!coordinator_.up()) {
    ground_.Violate("ends", "the coordinator does not come up", "liveness");
    return;
  }
  for (const coordinator::MigrationPtr& row : coordinator_.rows())
    JudgeMigration(*row);
  const auto rows = coordinator_.rows();
  const bool all_ended = std::all_of(rows.begin(), rows.end(), [](const auto& row) {
    return coordinator::IsTerminal(row->state);
  });
  if (all_ended) auditor_.CheckEnd();
}

void Run::JudgeMigration(const coordinator::Migration& row) {
  const std::string& id = row.key.migration.value();
  if (coordinator::IsTerminal(row.state)) {
    ends_[id] = {std::string(coordinator::StatusWord(row)), row.entered - Beginning()};
    ground_.Count(absl::StrCat("state/", ends_[id].word));
    return;
  }
  ends_[id] = {};
  // One that says for itself that a person must look, and why, is where it should be.
  if (row.stuck) {
    ground_.Count(absl::StrCat("stuck/", coordinator::ToString(row.state)));
    return;
  }
  std::string why;
  for (const coordinator::Job& job : row.jobs) {
    if (coordinator::IsOpen(job)) absl::StrAppend(&why, "; ", job.last_error);
  }
  ground_.Violate("ends",
                  absl::StrCat(id, " is ", coordinator::ToString(row.state),
                               " long after all was healed, and does not say why", why),
                  "liveness");
}

void Run::FillEnds(Outcome* out) {
  for (const MigrationSpec& spec : ground_.scenario.migrations)
    ends_.emplace(spec.id, MigrationEnd{"refused", absl::ZeroDuration()});
  out->ends = ends_;
  for (const TenantSpec& tenant : ground_.scenario.tenants) {
    out->target_equals_source &= auditor_.IsHomeWhole(tenant.id);
    std::set<std::string> counted = {
        PlaceOf(*FindRealm(ground_.scenario, auditor_.HomeOf(tenant.id)))};
    for (const RealmSpec& realm : ground_.scenario.realms) {
      if (counted.insert(PlaceOf(realm)).second) {
        out->source_left += auditor_.CountAt(tenant.id, realm.code);
      }
    }
  }
}

}  // namespace

Outcome RunWorld(const Scenario& scenario, uint64_t seed, const RunOptions& options) {
  const Quiet quiet;
  return Run(scenario, seed, options).Play();
}

}  // namespace realm::sim
