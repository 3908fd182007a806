// Who runs what: matches ready jobs to free slots, keeps leases alive, and says
// to each worker what it should be running.
//
// Everything here can be lost: it is made again from the rows and from what the
// workers say when they attach. Leases serve liveness alone; what keeps a late
// worker from doing harm is the fence in the stores.
#ifndef REALMSHIFT_COORDINATOR_ENGINE_DISPATCH_H_
#define REALMSHIFT_COORDINATOR_ENGINE_DISPATCH_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

#include "coordinator/core/input.h"
#include "coordinator/engine/book.h"
#include "coordinator/engine/fleet.h"
#include "coordinator/engine/frames.h"
#include "coordinator/engine/observer.h"
#include "coordinator/engine/ready_queue.h"

namespace realm::coordinator {

struct DispatchOptions {
  absl::Duration lease;
  absl::Duration frame_period;
  uint64_t generation = 1;
  EngineObserver* observer = nullptr;
};

// The two clocks: `wall` for what people see and the core decides upon, `mono`
// for leases.
struct Moment {
  absl::Time wall;
  absl::Duration mono;
};

// Thread safety: the engine's thread only.
class Dispatch {
 public:
  // `started`: workers named by rows have a lease's time from then to attach.
  Dispatch(DispatchOptions options, Moment started);

  // Brings leases and ready jobs in line with a row. Idempotent.
  void Update(const Migration& migration, Moment now);

  // A worker's frame on stream `session`; the inputs it amounts to.
  std::vector<Input> OnFrame(uint64_t session, std::shared_ptr<WorkerLink> link, WorkerFrame frame,
                             Moment now);
  void OnClosed(uint64_t session, Moment now);

  // Leases of workers not heard for a lease's time.
  std::vector<Input> Expire(Moment now);

  // The next job for a worker; the caller makes it a lease and calls Update.
  std::optional<Input> NextMatch() const;

  // Sends a frame to every worker whose jobs changed, or whose frame is due within a tenth of the
  // period: fewer wake-ups, for frames that are due at about the same time become due at once.
  void SendFrames(const std::function<MigrationPtr(const MigrationKey&)>& find, Moment now);

  // When Expire or SendFrames next have something to do.
  absl::Duration NextDue(Moment now) const;

  // Drains the worker, or (none) lets it work again. How it then looks; nothing: no such worker.
  std::optional<FleetWorker> SetDrain(const WorkerKey& worker, std::optional<DrainOrder> order);

  FleetPtr MakeFleet() const;

 private:
  struct Lease {
    MigrationKey key;
    int number = 0;
    uint64_t epoch = 0;
    WorkerKey worker;
    bool stopping = false;
    // The first frame of the present stream that listed it, or that left it out
    // when it is stopping; 0: none yet.
    uint64_t told_in_frame = 0;
    bool listed_by_worker = false;
  };
  struct Worker {
    uint64_t session = 0;  // 0: not attached.
    std::shared_ptr<WorkerLink> link;
    WorkerFrame frame;  // The last one; `jobs` are kept as LiveJob instead.
    std::optional<DrainOrder> drain_order;
    // Not heard for a lease's time: attached it may be, but nobody can say whether it lives.
    bool silent = false;
    absl::Duration heard;
    absl::Time heard_wall;
    uint64_t frames_sent = 0;
    absl::Duration frame_sent;
    bool dirty = false;
    std::map<std::string, Lease> leases;  // By job id.
  };

  Input LeaseLost(const std::string& job_id, const Lease& lease, absl::string_view why) const;
  Worker* Attach(uint64_t session, std::shared_ptr<WorkerLink> link, const WorkerFrame& frame,
                 std::vector<Input>* out);
  void Observe(const RealmId& realm, const JobStatus& status, bool is_held) const;
  void TakeFromFormerHolder(const std::string& job_id, const WorkerKey& holder);
  void NoteStatus(Worker* worker, const JobStatus& status, uint64_t seen_frame, Moment now,
                  std::vector<Input>* out);
  bool IsOfLease(const JobStatus& status, const Lease& lease) const;
  void NoteProgress(const JobStatus& status, Moment now);
  void FindDropped(Worker* worker, const WorkerFrame& frame, std::vector<Input>* out);
  CoordinatorFrame MakeFrame(Worker* worker,
                             const std::function<MigrationPtr(const MigrationKey&)>& find);
  JobOrder MakeOrder(const Lease& lease, const std::string& job_id, const Migration& m) const;
  std::vector<DataEndpoint> EndpointsFor(const RealmId& realm,
                                         const std::vector<DatasetName>& datasets) const;
  bool AllOffered(const RealmId& realm, const std::vector<DatasetName>& datasets) const;
  const WorkerKey* PickWorker(const ReadyJob& job) const;
  static void InheritDrain(const WorkerFrame& frame, Worker* worker);
  static FleetWorker Describe(const WorkerKey& key, const Worker& worker);
  static int FreeSlots(const Worker& worker);
  static bool OffersData(const WorkerKey& key, const Worker& worker, const RealmId& realm);
  static bool Serves(const Worker& worker, const DatasetName& dataset);
  static bool Serves(const Worker& worker, const std::vector<DatasetName>& datasets);

  const DispatchOptions options_;
  const Moment started_;
  std::map<WorkerKey, Worker> workers_;
  absl::flat_hash_map<uint64_t, WorkerKey> sessions_;
  // Which worker holds each leased job, to find it when its row changes.
  absl::flat_hash_map<std::string, WorkerKey> holders_;
  absl::flat_hash_map<MigrationKey, std::vector<std::string>> leased_jobs_;
  absl::flat_hash_map<std::string, LiveJob> live_;
  ReadyQueue ready_;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_ENGINE_DISPATCH_H_
