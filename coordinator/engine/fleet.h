// The workers and what they are doing, as last heard: for people and consoles,
// never for a decision.
#ifndef REALMSHIFT_COORDINATOR_ENGINE_FLEET_H_
#define REALMSHIFT_COORDINATOR_ENGINE_FLEET_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

#include "coordinator/core/view.h"
#include "coordinator/engine/frames.h"

namespace realm::coordinator {

struct LiveJob {
  std::string phase;
  Counters counters;
  int64_t bytes_per_second = 0;
  absl::Time last_progress = absl::InfinitePast();
};

// A job that is leased to a worker.
struct FleetJob {
  std::string id;
  MigrationKey key;
  int number = 0;
};

struct FleetWorker {
  WorkerKey key;
  std::string version;
  std::string data_endpoint;
  std::vector<DatasetName> datasets;
  int slots = 0;
  int slots_used = 0;
  bool draining = false;
  std::optional<DrainOrder> drain_order;
  bool connected = false;
  absl::Time last_seen;
  int64_t fenced_count = 0;
  std::vector<FleetJob> jobs;
};

struct Fleet {
  std::vector<FleetWorker> workers;                // Sorted by key.
  absl::flat_hash_map<std::string, LiveJob> jobs;  // By job id.
};

using FleetPtr = std::shared_ptr<const Fleet>;

// Why a job that the core would lease is not: nobody in the realm serves its
// datasets, all are busy or draining, or nobody serves the source. None if
// somebody could take it.
std::optional<Wait> WhyNoWorker(const Fleet& fleet, const Migration& migration, const Job& job);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_ENGINE_FLEET_H_
