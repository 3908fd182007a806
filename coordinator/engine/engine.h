// The one writer: drains what waits, steps each input, writes everything at
// once, and only then answers.
#ifndef REALMSHIFT_COORDINATOR_ENGINE_ENGINE_H_
#define REALMSHIFT_COORDINATOR_ENGINE_ENGINE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "common/clock.h"
#include "coordinator/core/directory.h"
#include "coordinator/core/input.h"
#include "coordinator/core/policy.h"
#include "coordinator/core/step.h"
#include "coordinator/engine/book.h"
#include "coordinator/engine/dispatch.h"
#include "coordinator/engine/inbox.h"
#include "coordinator/engine/observer.h"
#include "coordinator/engine/round.h"
#include "coordinator/engine/timers.h"
#include "coordinator/store/store.h"

namespace realm::coordinator {

// Ended migrations kept in memory, the latest; older ones are read from the store when somebody
// asks. A row takes about 3 KiB.
constexpr size_t kEndedInMemoryMax = 10000;

struct EngineOptions {
  absl::Duration lease;
  absl::Duration frame_period;
  // Told of everything that is worth counting; outlives the engine. May be null.
  EngineObserver* observer = nullptr;
  size_t ended_in_memory_max = kEndedInMemoryMax;
  // How often people's view of the workers is made anew.
  absl::Duration fleet_period = absl::Milliseconds(200);
};

// What is told to who registers an installation.
struct InstallAnswer {
  TenantPtr tenant;
  std::string rule;
};

// Thread safety: all public methods from any thread. Callbacks come from the
// engine's thread and must return at once.
class Engine {
 public:
  using Done = std::function<void(absl::StatusOr<Answer>)>;
  using InstallDone = std::function<void(absl::StatusOr<InstallAnswer>)>;

  // Loads the rows. `store` and `clock` outlive the engine.
  //
  // Errors: those of the store, and DATA_LOSS when the audit chain's end is not
  // the one that the store vouches for. A row that does not decode is frozen, not an error.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(Store* store, Policy policy, Clock* clock,
                                                      EngineOptions options);
  ~Engine();

  // Runs the engine's thread. Without it, call Turn.
  void Start();
  // Answers what is in the inbox, then ends the thread. Later submissions are UNAVAILABLE.
  void Stop();

  // One drain: waits at most `patience` for something to do. For the simulator
  // and for tests; not while the thread runs.
  void Turn(absl::Duration patience);
  // How long a turn that finds no message would wait: until something is due, and no longer than
  // `at_most`.
  absl::Duration Patience(absl::Duration at_most) const;

  // `done` is called once, when what it says is durable. A refusal carries its
  // reason; UNAVAILABLE: full, stopping, out of room or frozen; try again later.
  void Submit(Input input, Done done);

  // A tenant's installation at `realm`, and what its edge keeps with it.
  void Install(RealmId realm, Installation installation, std::string actor, InstallDone done);
  // NOT_FOUND: no such tenant.
  void Uninstall(TenantKey key, std::string actor, InstallDone done);

  // An operator's word for where a tenant's data is (core/directory.h); told how the entry then is.
  // NOT_FOUND: no such tenant. UNAVAILABLE: as of Submit.
  using TenantDone = std::function<void(absl::StatusOr<TenantPtr>)>;
  void SetRealm(TenantKey key, RealmWord word, std::string actor, TenantDone done);

  // A worker's stream. Sessions are numbered by NextSession, so that a newer stream of a worker
  // has the larger number.
  uint64_t NextSession();
  void OnFrame(uint64_t session, std::shared_ptr<WorkerLink> link, WorkerFrame frame);
  void OnClosed(uint64_t session);
  // Drains a worker, or (no order) lets it work again. Written down; `done` is told how the worker
  // then looks. NOT_FOUND: no such worker.
  using DrainDone = std::function<void(absl::StatusOr<FleetWorker>)>;
  void Drain(WorkerKey worker, std::optional<DrainOrder> order, std::string actor, DrainDone done);

  Book& book() { return book_; }
  const Book& book() const { return book_; }
  // A migration, wherever it is kept; null: there is none. DATA_LOSS: its row cannot be used.
  absl::StatusOr<MigrationPtr> ReadMigration(const MigrationKey& key) const;
  // As Book's, over all that there are. Reads the store once some are only there, unless only
  // migrations that have not ended are `wanted`, as `open_only` says.
  absl::StatusOr<std::vector<MigrationPtr>> ListMigrations(
      const MigrationKey& after, int limit, const std::function<bool(const Migration&)>& wanted,
      bool open_only, MigrationKey* next) const;

  const Policy& policy() const { return policy_; }
  FleetPtr fleet() const;
  // The store's.
  uint64_t generation() const { return generation_; }
  StoreState store_info() const { return store_->Info(); }
  absl::Time now() const { return clock_->Now(); }
  absl::Duration monotonic() const { return clock_->Monotonic(); }

  // Audit records after number `after`, oldest first, at most `limit`.
  absl::StatusOr<std::vector<AuditRecord>> ListAudit(uint64_t after, int limit) const;

 private:
  struct SubmitMessage {
    Input input;
    Done done;
  };
  struct InstallMessage {
    RealmId realm;
    Installation installation;
    bool uninstall = false;
    std::string actor;
    InstallDone done;
  };
  struct RealmMessage {
    TenantKey key;
    RealmWord word;
    std::string actor;
    TenantDone done;
  };
  struct FrameMessage {
    uint64_t session = 0;
    std::shared_ptr<WorkerLink> link;
    WorkerFrame frame;
  };
  struct ClosedMessage {
    uint64_t session = 0;
  };
  struct DrainMessage {
    WorkerKey worker;
    std::optional<DrainOrder> order;
    std::string actor;
    DrainDone done;
  };
  using Message = std::variant<SubmitMessage, InstallMessage, RealmMessage, FrameMessage,
                               ClosedMessage, DrainMessage>;
  // Called after the write, with its result.
  using Pending = std::function<void(const absl::Status& written)>;

  Engine(Store* store, Policy policy, Clock* clock, EngineOptions options);
  absl::Status Load();
  absl::Status LoadMigrations();
  absl::Status LoadTenants();
  absl::Status LoadInstallations();
  absl::Status TakeUpRestored();
  absl::Status CheckChain() const;
  void Adopt(const Migration& migration, Moment now);

  // UNAVAILABLE to `done` when the inbox takes no more.
  template <typename Done>
  void Post(Message message, const Done& done) {
    if (inbox_.Push(std::move(message))) return;
    done(absl::UnavailableError(inbox_.closed() ? "shutting down"
                                                : "too many requests are waiting"));
  }
  // Told after the write. A refusal stands whatever became of the others' writes.
  template <typename T>
  void AnswerLater(std::function<void(absl::StatusOr<T>)> done, absl::StatusOr<T> answer) {
    pending_.push_back(
        [done = std::move(done), answer = std::move(answer)](const absl::Status& written) mutable {
          done(written.ok() || !answer.ok() ? std::move(answer) : absl::StatusOr<T>(written));
        });
  }

  Moment ReadClocks() const { return {clock_->Now(), clock_->Monotonic()}; }

  void Handle(SubmitMessage* message, Moment now, Round* round);
  void Handle(InstallMessage* message, Moment now, Round* round);
  void Handle(RealmMessage* message, Moment now, Round* round);
  void Handle(FrameMessage* message, Moment now, Round* round);
  void Handle(ClosedMessage* message, Moment now, Round* round);
  void Handle(DrainMessage* message, Moment now, Round* round);

  absl::StatusOr<Answer> StepOne(Input input, Moment now, Round* round);
  absl::StatusOr<TenantPtr> StepRealm(const RealmMessage& message, Moment now, Round* round);
  // UNAVAILABLE, and why.
  absl::Status CheckNotFrozen(const TenantKey& tenant) const;
  void Resolve(HookInput* hook, const Round& round) const;
  Overlaps CountOverlaps(const HookInput& hook, const Round& round) const;
  void StepAll(std::vector<Input> inputs, Moment now, Round* round);
  void DoubtClock(Moment now, Round* round);
  void StepOwn(Moment now, Round* round);
  void StepTimers(Moment now, Round* round);
  void MatchJobs(Moment now, Round* round);
  void Commit(Round* round, Moment now);
  void PublishRound(const Round& round);
  void Forget(const Round& round, Moment now);
  void RefreshFleet(Moment now);
  absl::Status Recall(const MigrationKey& key, Moment now, const Round& round);
  void NoteEnded(const Migration& migration, absl::Time needed);
  void TrimEnded();

  Store* const store_;
  const Policy policy_;
  Clock* const clock_;
  const EngineOptions options_;
  const uint64_t generation_;  // The store's.

  Book book_;
  Inbox<Message> inbox_;
  std::thread thread_;
  std::atomic<uint64_t> sessions_{0};

  // The engine thread's own.
  Moment turned_at_;  // The last turn.
  // The wall clock was set, or read by a process before this one.
  bool clock_doubted_ = true;
  Dispatch dispatch_;
  Timers timers_;
  absl::Time stepped_at_ = absl::InfinitePast();  // When they were looked at, by the wall clock.
  StoredVersions versions_;
  ChainEnd chain_;
  absl::flat_hash_set<MigrationKey> open_;
  Timers ended_;  // Ended migrations in memory, by when they were last needed.
  std::vector<Pending> pending_;
  absl::Duration fleet_made_ = -absl::InfiniteDuration();
  // After a failed write, until when nothing is begun that nobody asked for.
  absl::Duration rests_until_ = -absl::InfiniteDuration();

  // Whether some ended migrations are in the store alone.
  std::atomic<bool> archived_{false};

  mutable absl::Mutex fleet_mutex_;
  FleetPtr fleet_ ABSL_GUARDED_BY(fleet_mutex_);
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_ENGINE_ENGINE_H_
