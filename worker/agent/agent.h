// Which jobs this worker runs, and what it says about them.
//
// The agent turns frames of the coordinator into running jobs and running jobs into frames for the
// coordinator. It knows no wire: whoever carries the frames calls OnCoordinatorFrame for each that
// comes and sends MakeFrame() in time and whenever `frame_wanted` is called.

#ifndef REALMSHIFT_WORKER_AGENT_AGENT_H_
#define REALMSHIFT_WORKER_AGENT_AGENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "common/ids.h"
#include "common/limits.h"
#include "realm/v1/dispatch.pb.h"
#include "worker/agent/execution.h"
#include "worker/agent/executor.h"
#include "worker/agent/job_metrics.h"
#include "worker/job/source_realm.h"
#include "worker/job/stores.h"

namespace realm::worker {

// What does not change while the worker runs.
struct AgentOptions {
  WorkerId worker;
  RealmId realm;
  std::string version;
  std::string data_endpoint;
  int slots = 1;
  uint64_t incarnation = 0;
  // Takes this many orders and then drains; 0: no end.
  int64_t orders_max = 0;
};

// Where the agent reaches the world. Pointers outlive the agent and every job it has started.
struct AgentSurroundings {
  const Stores* stores = nullptr;
  const Clock* clock = nullptr;
  Executor* executor = nullptr;
  // The source realm of a copy. What it returns obeys `stop` while it waits.
  std::function<std::unique_ptr<SourceRealm>(const v1::JobOrder& order, const StopToken& stop)>
      source;
  // 64 bits that nobody can guess: the nonces of executions.
  std::function<uint64_t()> random_bits;
  // May be null.
  JobMetrics* metrics = nullptr;
  // A frame with news is ready. Called from any thread, without locks; must not block.
  std::function<void()> frame_wanted;
};

// Thread safety: any thread. Destroy it only when the executor runs none of its jobs.
class Agent {
 public:
  Agent(AgentOptions options, AgentSurroundings surroundings);

  // A new stream has been opened: its frames count from the beginning. To be called before its
  // first MakeFrame.
  void OnAttach();

  // Starts what is new in the frame, renews the leases of what it lists, stops what it does not
  // list, and forgets the results that it does not list any more: they are durable.
  void OnCoordinatorFrame(const v1::AttachResponse& frame);

  // This worker's full state.
  v1::AttachRequest MakeFrame() const;

  // When the next frame is due at the latest, as the coordinator last said.
  absl::Duration frame_period() const;

  // Stops all jobs at their next checkpoint and takes no more, for good: the program ends. What an
  // operator orders through the coordinator does the same but may be taken back. May be repeated.
  void Drain();

  // Drain was called, or all orders taken that it was made for, and every result has been
  // acknowledged: the program may end.
  bool IsDrained() const;

  // How the last job to finish ended.
  std::optional<v1::JobReport> last_finished() const;

 private:
  using ExecutionPtr = std::shared_ptr<Execution>;

  // Whether the next worker frame says anything that the last one did not.
  bool Follow(const v1::AttachResponse& frame) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Take(const v1::JobOrder& order, absl::Duration lease_end)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool DropUnlisted(const v1::AttachResponse& frame) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether it changed anything.
  bool Obey(const v1::AttachResponse& frame) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void StopAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ExecutionPtr Find(const v1::JobOrder& order) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  bool IsEnding() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  bool IsClosed() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void Run(Execution& execution);
  void Finished(const Execution& execution);

  const AgentOptions options_;
  const AgentSurroundings surroundings_;

  mutable absl::Mutex mutex_;
  std::vector<ExecutionPtr> executions_ ABSL_GUARDED_BY(mutex_);
  absl::Duration frame_period_ ABSL_GUARDED_BY(mutex_) = kFramePeriodDefault;
  uint64_t seen_frame_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<v1::DrainOrder> drain_order_ ABSL_GUARDED_BY(mutex_);
  // Of all jobs, also of those whose result nobody waits for.
  int64_t fenced_count_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t orders_taken_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<v1::JobReport> last_finished_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_AGENT_AGENT_H_
