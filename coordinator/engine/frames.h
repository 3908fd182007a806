// What is said on a worker's stream, in the coordinator's own types.
#ifndef REALMSHIFT_COORDINATOR_ENGINE_FRAMES_H_
#define REALMSHIFT_COORDINATOR_ENGINE_FRAMES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/ids.h"
#include "coordinator/core/input.h"
#include "coordinator/core/migration.h"

namespace realm::coordinator {

// A worker's name in the whole system.
struct WorkerKey {
  RealmId realm;
  WorkerId worker;

  friend bool operator==(const WorkerKey& a, const WorkerKey& b) {
    return a.realm == b.realm && a.worker == b.worker;
  }
  friend bool operator<(const WorkerKey& a, const WorkerKey& b) {
    if (a.realm != b.realm) return a.realm < b.realm;
    return a.worker < b.worker;
  }
};

// A job as its worker tells it.
struct JobStatus {
  std::string job_id;
  uint64_t generation = 0;
  uint64_t epoch = 0;
  bool finished = false;
  ReportInput::Outcome outcome = ReportInput::Outcome::kDone;  // When finished.
  std::string phase;
  Counters counters;
  std::string error;
  std::vector<TableManifest> manifest;
  int64_t records_left = 0;
  int64_t fenced_count = 0;
  int64_t pages_repeated = 0;
  int64_t records_erased = 0;
};

// An operator's word that a worker takes nothing new.
struct DrainOrder {
  std::string reason;
  std::string actor;
  absl::Time time;
};

// A worker's full state.
struct WorkerFrame {
  WorkerKey worker;
  std::string version;
  std::string data_endpoint;
  std::vector<DatasetName> datasets;
  int slots = 0;
  bool draining = false;
  std::optional<DrainOrder> drain_order;  // That it drains under.
  uint64_t incarnation = 0;
  uint64_t seen_frame = 0;
  // By stores, of this process's changes since it started.
  int64_t fenced_count = 0;
  std::vector<JobStatus> jobs;
};

struct DataEndpoint {
  WorkerId worker;
  std::string address;
  std::vector<DatasetName> datasets;  // That it serves, of those asked for.
};

// A job that a worker should be running.
struct JobOrder {
  std::string job_id;
  uint64_t generation = 0;
  uint64_t epoch = 0;
  // The worker has listed it on this stream; nothing below is set.
  bool known = false;

  JobKind kind = JobKind::kCopy;
  MigrationKey key;
  TransferName transfer;
  RealmId source;
  RealmId target;
  std::vector<DatasetName> datasets;
  bool seal_source = false;
  std::vector<DatasetName> seal_datasets;
  std::vector<TableManifest> manifest;
  std::string digest_key;
  std::vector<DataEndpoint> source_endpoints;
  WorkerId holder;
  int64_t records_done_before = 0;
  uint64_t scheduled_generation = 0;
};

// The full set of jobs that a worker should be running.
struct CoordinatorFrame {
  uint64_t frame = 0;
  std::vector<JobOrder> jobs;
  absl::Duration lease;
  absl::Duration frame_period;
  std::optional<DrainOrder> drain_order;
};

// One worker's stream, as the engine sees it. Both calls return at once and come
// from the engine's thread.
class WorkerLink {
 public:
  virtual ~WorkerLink() = default;
  // A frame replaces one that has not been sent yet only if it stands alone: orders marked
  // `known` refer to the stream, never to an earlier frame.
  virtual void Send(CoordinatorFrame frame) = 0;
  virtual void Close(const absl::Status& why) = 0;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_ENGINE_FRAMES_H_
