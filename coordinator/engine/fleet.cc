#include "coordinator/engine/fleet.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace realm::coordinator {
namespace {

bool Serves(const FleetWorker& worker, const DatasetName& dataset) {
  return std::count(worker.datasets.begin(), worker.datasets.end(), dataset) > 0;
}

bool Serves(const FleetWorker& worker, const std::vector<DatasetName>& datasets) {
  return std::all_of(datasets.begin(), datasets.end(),
                     [&](const DatasetName& d) { return Serves(worker, d); });
}

// A dataset that a copy has to read or seal, and that nobody attached offers; null if none.
const DatasetName* FindUnoffered(const Fleet& fleet, const RealmId& realm,
                                 const std::vector<DatasetName>& datasets) {
  for (const DatasetName& dataset : datasets) {
    const bool offered =
        std::any_of(fleet.workers.begin(), fleet.workers.end(), [&](const auto& w) {
          return w.connected && w.key.realm == realm && !w.data_endpoint.empty() &&
                 Serves(w, dataset);
        });
    if (!offered) return &dataset;
  }
  return nullptr;
}

}  // namespace

std::optional<Wait> WhyNoWorker(const Fleet& fleet, const Migration& m, const Job& job) {
  const Transfer* transfer = FindTransfer(m, job.transfer);
  if (transfer == nullptr) return std::nullopt;
  int able = 0;
  int drained = 0;
  int free_slots = 0;
  for (const FleetWorker& worker : fleet.workers) {
    if (!worker.connected || !Serves(worker, transfer->datasets)) continue;
    if (worker.key.realm != job.realm) continue;
    if (worker.draining) {
      ++drained;
      continue;
    }
    ++able;
    free_slots += worker.slots - worker.slots_used;
  }
  if (able == 0 && drained > 0) {
    return Wait{"WORKERS_DRAINED",
                absl::StrCat("every worker of ", job.realm.value(), " that serves ",
                             transfer->name.value(), "'s datasets is drained"),
                job.created};
  }
  if (able == 0) {
    return Wait{"NO_WORKER",
                absl::StrCat("no worker of ", job.realm.value(), " is attached that serves ",
                             transfer->name.value(), "'s datasets"),
                job.created};
  }
  const std::vector<DatasetName> at_source = DatasetsAtSource(m, job);
  if (const DatasetName* unoffered = FindUnoffered(fleet, m.source, at_source)) {
    return Wait{"NO_WORKER",
                absl::StrCat("no worker of ", m.source.value(), " is attached to read ",
                             unoffered->value(), " from"),
                job.created};
  }
  if (free_slots > 0) return std::nullopt;
  return Wait{"WORKER_BUSY", absl::StrCat("all slots in ", job.realm.value(), " are in use"),
              job.created};
}

}  // namespace realm::coordinator
