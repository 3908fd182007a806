#include "coordinator/engine/fleet.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace realm::coordinator {
namespace {

bool Serves(const FleetWorker& worker, const std::vector<DatasetName>& datasets) {
  return std::all_of(datasets.begin(), datasets.end(), [&](const DatasetName& d) {
    return std::count(worker.datasets.begin(), worker.datasets.end(), d) > 0;
  });
}

}  // namespace

std::optional<Wait> WhyNoWorker(const Fleet& fleet, const Migration& m, const Job& job) {
  const Transfer* transfer = FindTransfer(m, job.transfer);
  if (transfer == nullptr) return std::nullopt;
  int able = 0;
  int drained = 0;
  int free_slots = 0;
  bool source_served = job.kind != JobKind::kCopy;
  for (const FleetWorker& worker : fleet.workers) {
    if (!worker.connected || !Serves(worker, transfer->datasets)) continue;
    if (worker.key.realm == m.source && !worker.data_endpoint.empty()) source_served = true;
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
  if (!source_served) {
    return Wait{"NO_WORKER",
                absl::StrCat("no worker of ", m.source.value(), " is attached to read from"),
                job.created};
  }
  if (free_slots > 0) return std::nullopt;
  return Wait{"WORKER_BUSY", absl::StrCat("all slots in ", job.realm.value(), " are in use"),
              job.created};
}

}  // namespace realm::coordinator
