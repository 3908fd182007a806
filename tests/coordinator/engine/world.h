// An engine over a store in memory and a clock that stands still, and workers
// that are a few lines each.
#ifndef REALMSHIFT_TESTS_COORDINATOR_ENGINE_WORLD_H_
#define REALMSHIFT_TESTS_COORDINATOR_ENGINE_WORLD_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/check.h"
#include "coordinator/engine/engine.h"
#include "coordinator/store/memory_store.h"
#include "tests/support/coordinator/builders.h"
#include "tests/support/fake_clock.h"

namespace realm::coordinator {

// Keeps what the engine sends.
class RecordingLink : public WorkerLink {
 public:
  void Send(CoordinatorFrame frame) override { frames.push_back(std::move(frame)); }
  void Close(const absl::Status& why) override { closed = why; }

  std::vector<CoordinatorFrame> frames;
  std::optional<absl::Status> closed;
};

inline DatasetName RowsOf(absl::string_view transfer) {
  return DatasetName(absl::StrCat(transfer, "-rows"));
}

class World {
 public:
  explicit World(Policy policy = SmallPolicy(), size_t ended_in_memory_max = kEndedInMemoryMax)
      : policy_(std::move(policy)),
        ended_in_memory_max_(ended_in_memory_max),
        disk_(std::make_shared<MemoryDisk>()) {
    Open();
  }

  // As a killed process is started again: everything but the store is lost.
  void Restart() {
    engine_.reset();
    store_.reset();
    links_.clear();
    Open();
  }

  // As the store is opened that an operator has put back: what happened since `backup` is lost.
  std::shared_ptr<const MemoryDisk> Backup() const { return std::make_shared<MemoryDisk>(*disk_); }
  void Restore(const MemoryDisk& backup) {
    const uint64_t generation = disk_->head.generation + 1;
    *disk_ = backup;
    disk_->head.generation = generation;
    Restart();
  }

  void Turn() { engine_->Turn(absl::ZeroDuration()); }

  // What `input` is answered, after one turn.
  absl::StatusOr<Answer> Say(InputBody body) {
    absl::StatusOr<Answer> out = absl::InternalError("not answered");
    engine_->Submit(Input{std::move(body), "test"},
                    [&](absl::StatusOr<Answer> answer) { out = std::move(answer); });
    Turn();
    return out;
  }

  void InstallTenant(absl::string_view tenant = "acme", absl::string_view realm = "US") {
    Installation installation;
    installation.key = TenantKey{AppId("notes"), TenantId(tenant)};
    engine_->Install(RealmId(realm), installation, "test",
                     [](absl::StatusOr<InstallAnswer> answer) { REALM_CHECK(answer.ok()); });
    Turn();
  }

  absl::StatusOr<TenantPtr> SetRealm(absl::string_view tenant, RealmWord word) {
    absl::StatusOr<TenantPtr> out = absl::InternalError("not answered");
    engine_->SetRealm({AppId("notes"), TenantId(tenant)}, std::move(word), "operator:test",
                      [&](absl::StatusOr<TenantPtr> entry) { out = std::move(entry); });
    Turn();
    return out;
  }

  absl::StatusOr<Answer> Schedule(absl::string_view migration, absl::string_view tenant = "acme") {
    HookInput hook = HookFor(Hook::kSchedule, KeyFor(migration, "notes", tenant));
    hook.window = Window{clock_.Now(), clock_.Now() + absl::Hours(2)};
    hook.location = "EU";
    return Say(hook);
  }
  absl::StatusOr<Answer> Start(absl::string_view migration, absl::string_view tenant = "acme") {
    return Say(HookFor(Hook::kStart, KeyFor(migration, "notes", tenant)));
  }

  // A frame of worker `name` in `realm` with `jobs`; the stream is opened with the first.
  RecordingLink* Frame(absl::string_view realm, absl::string_view name,
                       std::vector<JobStatus> jobs = {}, int slots = 4) {
    const WorkerKey key{RealmId(realm), WorkerId(name)};
    Stream& stream = links_[key];
    if (stream.link == nullptr) {
      stream.link = std::make_shared<RecordingLink>();
      stream.session = engine_->NextSession();
    }
    WorkerFrame frame;
    frame.worker = key;
    frame.data_endpoint = "127.0.0.1:1";
    frame.datasets = stream.datasets;
    frame.slots = slots;
    frame.drain_order = stream.drain_order;
    frame.incarnation = stream.incarnation;
    frame.seen_frame = stream.link->frames.empty() ? 0 : stream.link->frames.back().frame;
    frame.jobs = std::move(jobs);
    engine_->OnFrame(stream.session, stream.link, std::move(frame));
    Turn();
    return stream.link.get();
  }
  void Disconnect(absl::string_view realm, absl::string_view name) {
    const WorkerKey key{RealmId(realm), WorkerId(name)};
    engine_->OnClosed(links_[key].session);
    links_.erase(key);
    Turn();
  }

  absl::StatusOr<FleetWorker> Drain(absl::string_view realm, absl::string_view name,
                                    std::optional<absl::string_view> reason) {
    std::optional<DrainOrder> order;
    if (reason) order = DrainOrder{std::string(*reason), "operator:test", clock_.Now()};
    absl::StatusOr<FleetWorker> out = absl::InternalError("not answered");
    engine_->Drain({RealmId(realm), WorkerId(name)}, order, "operator:test",
                   [&](absl::StatusOr<FleetWorker> worker) { out = std::move(worker); });
    Turn();
    return out;
  }
  // What the worker says of itself in the frames of its next stream.
  void SetDrainOrder(absl::string_view realm, absl::string_view name, const DrainOrder& order) {
    links_[{RealmId(realm), WorkerId(name)}].drain_order = order;
  }
  void SetIncarnation(absl::string_view realm, absl::string_view name, uint64_t incarnation) {
    links_[{RealmId(realm), WorkerId(name)}].incarnation = incarnation;
  }
  void SetDatasets(absl::string_view realm, absl::string_view name,
                   std::vector<DatasetName> datasets) {
    links_[{RealmId(realm), WorkerId(name)}].datasets = std::move(datasets);
  }

  MigrationPtr Find(absl::string_view migration, absl::string_view tenant = "acme") const {
    return engine_->book().FindMigration(KeyFor(migration, "notes", tenant));
  }

  Engine& engine() { return *engine_; }
  FakeClock& clock() { return clock_; }
  Store& store() { return *store_; }

 private:
  struct Stream {
    std::shared_ptr<RecordingLink> link;
    uint64_t session = 0;
    std::optional<DrainOrder> drain_order;
    uint64_t incarnation = 1;
    std::vector<DatasetName> datasets = {RowsOf("main"), RowsOf("history")};
  };

  void Open() {
    store_ = std::make_unique<MemoryStore>(disk_);
    EngineOptions options{absl::Seconds(15), absl::Seconds(3)};
    options.ended_in_memory_max = ended_in_memory_max_;
    auto engine = Engine::Open(store_.get(), policy_, &clock_, options);
    REALM_CHECK_OK(engine.status());
    engine_ = *std::move(engine);
  }

  const Policy policy_;
  const size_t ended_in_memory_max_;
  const std::shared_ptr<MemoryDisk> disk_;
  FakeClock clock_;
  std::unique_ptr<MemoryStore> store_;
  std::unique_ptr<Engine> engine_;
  std::map<WorkerKey, Stream> links_;
};

// What a worker says of `order`.
inline JobStatus Running(const JobOrder& order) {
  JobStatus out;
  out.job_id = order.job_id;
  out.generation = order.generation;
  out.epoch = order.epoch;
  out.phase = "copying";
  return out;
}

inline JobStatus Finished(const JobOrder& order,
                          ReportInput::Outcome outcome = ReportInput::Outcome::kDone) {
  JobStatus out = Running(order);
  out.finished = true;
  out.outcome = outcome;
  for (const DatasetName& dataset : order.datasets) {
    TableManifest table;
    table.dataset = dataset;
    table.records = 3;
    table.root = std::string(32, 'r');
    out.manifest.push_back(std::move(table));
  }
  return out;
}

}  // namespace realm::coordinator

#endif  // REALMSHIFT_TESTS_COORDINATOR_ENGINE_WORLD_H_
