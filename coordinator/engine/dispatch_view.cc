// How people see the workers, and what an operator orders them.
#include <utility>

#include "coordinator/engine/dispatch.h"

namespace realm::coordinator {

// What holds on a new stream. A process that was not there before knows whether a coordinator that
// is no more has drained it; of one that was, the orders are here, and it may not have heard the
// last of them.
void Dispatch::InheritDrain(const WorkerFrame& frame, Worker* worker) {
  const bool heard_before = !worker->frame.worker.worker.empty();
  if (heard_before && frame.incarnation == worker->frame.incarnation) return;
  worker->drain_order = frame.drain_order;
}

void Dispatch::Observe(const RealmId& realm, const JobStatus& status, bool is_held) const {
  if (options_.observer == nullptr || !status.finished || realm.empty()) return;
  if (!is_held) options_.observer->OnStaleReport(realm);
  if (is_held && status.fenced_count > 0) options_.observer->OnFencedJob(realm);
}

std::optional<FleetWorker> Dispatch::SetDrain(const WorkerKey& key,
                                              std::optional<DrainOrder> order) {
  const auto found = workers_.find(key);
  if (found == workers_.end()) return std::nullopt;
  found->second.drain_order = std::move(order);
  found->second.dirty = true;
  return Describe(key, found->second);
}

FleetWorker Dispatch::Describe(const WorkerKey& key, const Worker& worker) {
  FleetWorker view;
  view.key = key;
  view.version = worker.frame.version;
  view.data_endpoint = worker.frame.data_endpoint;
  view.datasets = worker.frame.datasets;
  view.slots = worker.frame.slots;
  view.slots_used = static_cast<int>(worker.leases.size());
  // One that was let work again has not said so yet.
  const bool ends_itself = worker.frame.draining && !worker.frame.drain_order;
  view.draining = ends_itself || worker.drain_order.has_value();
  view.drain_order = worker.drain_order;
  view.connected = worker.session != 0 && !worker.silent;
  view.last_seen = worker.heard_wall;
  view.fenced_count = worker.frame.fenced_count;
  for (const auto& [id, lease] : worker.leases)
    view.jobs.push_back({id, lease.key, lease.number});
  return view;
}

FleetPtr Dispatch::MakeFleet() const {
  auto out = std::make_shared<Fleet>();
  for (const auto& [key, worker] : workers_)
    out->workers.push_back(Describe(key, worker));
  out->jobs = live_;
  return out;
}

}  // namespace realm::coordinator
