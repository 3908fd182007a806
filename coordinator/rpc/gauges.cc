#include "coordinator/rpc/gauges.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "coordinator/core/view.h"
#include "coordinator/engine/engine_metrics.h"

namespace realm::coordinator {
namespace {

// What no time is: comparisons with it are false, so that no alert fires.
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double ToSeconds(absl::Time time) {
  return time == absl::InfiniteFuture() ? kNone : absl::ToDoubleSeconds(time - absl::UnixEpoch());
}

struct JobCount {
  int pending = 0;
  int running = 0;
  absl::Time oldest = absl::InfiniteFuture();
};

class Gauges {
 public:
  Gauges(const Engine* engine, Metrics* metrics)
      : engine_(engine),
        migrations_(metrics->AddGauges("realm_migrations", "Open migrations.",
                                       {"state", "source_realm", "target_realm"})),
        stuck_(metrics
                   ->AddGauges("realm_migrations_stuck",
                               "Open migrations that have waited longer than their limit.")
                   .With()),
        oldest_state_(metrics->AddGauges(
            "realm_migration_oldest_state_enter_timestamp_seconds",
            "When the migration that is longest in this state entered it; NaN: none is.",
            {"state"})),
        pending_(metrics->AddGauges("realm_jobs_pending", "Jobs that wait, for whatever.",
                                    {"realm", "kind"})),
        running_(
            metrics->AddGauges("realm_jobs_running", "Jobs that are leased.", {"realm", "kind"})),
        oldest_job_(metrics->AddGauges("realm_jobs_oldest_enqueue_timestamp_seconds",
                                       "When the oldest waiting job came about; NaN: none waits.",
                                       {"realm", "kind"})),
        workers_(metrics->AddGauges("realm_workers", "Attached workers.", {"realm", "state"})),
        slots_(metrics->AddGauges("realm_worker_slots", "Slots of attached workers.", {"realm"})),
        slots_used_(metrics->AddGauges("realm_worker_slots_used",
                                       "Slots of attached workers with a job.", {"realm"})),
        tenants_(metrics->AddGauges("realm_directory_tenants", "Tenants, by where their data is.",
                                    {"realm"})),
        frozen_(metrics
                    ->AddGauges("realm_store_frozen_rows",
                                "Rows that cannot be used; nothing is done for them.")
                    .With()),
        audit_(metrics
                   ->AddGauges("realm_store_audit_sequence",
                               "The newest audit record that the store vouches for.")
                   .With()),
        generation_(metrics
                        ->AddGauges("realm_store_generation",
                                    "Raised when an operator accepts that data was lost.")
                        .With()) {}

  void Collect() {
    CountMigrations();
    CountWorkers();
    CountTenants();
    const StoreState store = engine_->store_info();
    frozen_.Set(static_cast<double>(engine_->book().Frozen().size()));
    audit_.Set(static_cast<double>(store.audit_sequence));
    generation_.Set(static_cast<double>(store.generation));
  }

 private:
  using Route = std::tuple<std::string, std::string, std::string>;

  void CountMigrations() {
    std::map<Route, int> routes;
    std::map<State, absl::Time> oldest;
    std::map<std::pair<RealmId, JobKind>, JobCount> jobs;
    int stuck = 0;
    for (const auto& [name, realm] : engine_->policy().realms) {
      for (const JobKind kind : kJobKinds)
        jobs[{realm.code, kind}];
    }
    for (const MigrationPtr& m : engine_->book().AllMigrations()) {
      if (IsTerminal(m->state)) continue;
      ++routes[{LabelOf(m->state), m->source.value(), m->target.value()}];
      const auto [at, is_first] = oldest.emplace(m->state, m->entered);
      if (!is_first) at->second = std::min(at->second, m->entered);
      if (m->stuck) ++stuck;
      for (const Job& job : m->jobs)
        Count(job, &jobs[{job.realm, job.kind}]);
    }
    stuck_.Set(stuck);
    ShowRoutes(routes);
    for (int i = static_cast<int>(State::kScheduled); i < kStateCount; ++i) {
      const auto state = static_cast<State>(i);
      if (IsTerminal(state)) continue;
      const auto found = oldest.find(state);
      oldest_state_.With({LabelOf(state)})
          .Set(found == oldest.end() ? kNone : ToSeconds(found->second));
    }
    for (const auto& [key, count] : jobs) {
      const LabelValues labels = {key.first.value(), ToString(key.second)};
      pending_.With(labels).Set(count.pending);
      running_.With(labels).Set(count.running);
      oldest_job_.With(labels).Set(ToSeconds(count.oldest));
    }
  }

  static void Count(const Job& job, JobCount* count) {
    if (job.state == JobState::kLeased) ++count->running;
    if (job.state != JobState::kWaiting) return;
    ++count->pending;
    count->oldest = std::min(count->oldest, job.created);
  }

  // A route that was shown goes on to be shown, with 0.
  void ShowRoutes(const std::map<Route, int>& routes) {
    for (const auto& [route, count] : routes)
      shown_.insert(route);
    for (const Route& route : shown_) {
      const auto found = routes.find(route);
      migrations_.With({std::get<0>(route), std::get<1>(route), std::get<2>(route)})
          .Set(found == routes.end() ? 0 : found->second);
    }
  }

  void CountWorkers() {
    struct Count {
      int ready = 0;
      int busy = 0;
      int draining = 0;
      int slots = 0;
      int slots_used = 0;
    };
    std::map<RealmId, Count> realms;
    for (const auto& [name, realm] : engine_->policy().realms)
      realms[realm.code];
    for (const FleetWorker& worker : engine_->fleet()->workers) {
      if (!worker.connected) continue;
      Count& count = realms[worker.key.realm];
      ++(worker.draining ? count.draining : worker.slots_used > 0 ? count.busy : count.ready);
      count.slots += worker.slots;
      count.slots_used += worker.slots_used;
    }
    for (const auto& [code, count] : realms) {
      workers_.With({code.value(), "ready"}).Set(count.ready);
      workers_.With({code.value(), "busy"}).Set(count.busy);
      workers_.With({code.value(), "draining"}).Set(count.draining);
      slots_.With({code.value()}).Set(count.slots);
      slots_used_.With({code.value()}).Set(count.slots_used);
    }
  }

  void CountTenants() {
    std::map<RealmId, int> realms;
    for (const auto& [name, realm] : engine_->policy().realms)
      realms[realm.code];
    for (const TenantPtr& tenant : engine_->book().AllTenants())
      ++realms[tenant->realm];
    for (const auto& [code, count] : realms)
      tenants_.With({code.value()}).Set(count);
  }

  const Engine* const engine_;
  GaugeFamily migrations_;
  Gauge stuck_;
  GaugeFamily oldest_state_;
  GaugeFamily pending_;
  GaugeFamily running_;
  GaugeFamily oldest_job_;
  GaugeFamily workers_;
  GaugeFamily slots_;
  GaugeFamily slots_used_;
  GaugeFamily tenants_;
  Gauge frozen_;
  Gauge audit_;
  Gauge generation_;
  std::set<Route> shown_;
};

}  // namespace

void AddGauges(const Engine* engine, Metrics* metrics) {
  const auto gauges = std::make_shared<Gauges>(engine, metrics);
  metrics->OnCollect([gauges] { gauges->Collect(); });
}

}  // namespace realm::coordinator
