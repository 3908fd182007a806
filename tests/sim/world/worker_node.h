// One worker's process: the real agent and the real jobs, each execution a fiber.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_WORKER_NODE_H_
#define REALMSHIFT_TESTS_SIM_WORLD_WORKER_NODE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "realm/v1/dispatch.pb.h"
#include "tests/sim/world/fiber.h"
#include "tests/sim/world/ground.h"
#include "tests/sim/world/realm_store.h"
#include "tests/sim/world/sim_clock.h"
#include "tests/sim/world/sim_source.h"
#include "worker/agent/agent.h"

namespace realm::sim {

class WorkerNode {
 public:
  // `stores` by dataset.
  WorkerNode(Ground* ground, const RealmSpec& realm, int number,
             std::map<std::string, RealmStore*> stores, SimSource::FindPeer find);
  ~WorkerNode();

  void Start();
  // Every call that a job makes from now on fails, so that its stack unwinds; what it had sent may
  // still take effect.
  void Kill();
  void Drain();
  // The next frame is obeyed by two agents: what happens when an order is delivered twice.
  void RunTwice() { wants_twin_ = true; }

  bool up() const { return process_.up; }
  // Whether it executes any job.
  bool busy() const;
  Process* process() { return &process_; }
  absl::Duration& wall_offset() { return wall_offset_; }
  const std::string& realm() const { return realm_; }
  const std::string& address() const { return process_.name; }
  SourcePeer* peer() { return &peer_; }

  // For the stream. REQUIRES: up.
  worker::Agent* agent() { return body_->agent.get(); }
  void Obey(const v1::AttachResponse& frame);
  // Called when the agent has news for the coordinator, or a life begins.
  void OnFrameWanted(std::function<void()> wanted) { wanted_ = std::move(wanted); }

 private:
  class FiberExecutor;
  // What dies with the process.
  struct Body {
    std::unique_ptr<SimClock> clock;
    std::unique_ptr<worker::Stores> stores;
    std::unique_ptr<FiberExecutor> executor;
    std::unique_ptr<worker::Agent> agent;
    std::unique_ptr<worker::Agent> twin;
  };

  std::unique_ptr<worker::Agent> MakeAgent(Body* body, bool twin);

  Ground* const ground_;
  const std::string realm_;
  const std::string id_;
  const int slots_;
  const std::map<std::string, RealmStore*> stores_;
  const SimSource::FindPeer find_;
  Process process_;
  absl::Duration wall_offset_;
  SourcePeer peer_;
  std::unique_ptr<Body> body_;
  bool wants_twin_ = false;
  std::function<void()> wanted_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_WORKER_NODE_H_
