#include "tests/sim/world/worker_node.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "tests/sim/world/sim_connector.h"

namespace realm::sim {

class WorkerNode::FiberExecutor final : public worker::Executor {
 public:
  FiberExecutor(Ground* ground, Process* process) : ground_(ground), process_(process) {}

  void Start(absl::AnyInvocable<void()> work) override {
    Forget();
    fibers_.push_back(std::make_shared<Fiber>(std::move(work)));
    ground_->loop.After(absl::Microseconds(ground_->random.Between(10, 2000)), process_,
                        [fiber = fibers_.back()] { fiber->Resume(); });
  }

  bool busy() const {
    return std::any_of(fibers_.begin(), fibers_.end(),
                       [](const auto& fiber) { return !fiber->done(); });
  }

  // REQUIRES: the process's life is over, so that nothing waits again.
  void Unwind() {
    for (size_t i = 0; i < fibers_.size(); ++i) {
      while (!fibers_[i]->done())
        fibers_[i]->Resume();
    }
    fibers_.clear();
  }

 private:
  void Forget() {
    size_t kept = 0;
    for (auto& fiber : fibers_) {
      if (!fiber->done()) fibers_[kept++] = std::move(fiber);
    }
    fibers_.resize(kept);
  }

  Ground* const ground_;
  Process* const process_;
  std::vector<std::shared_ptr<Fiber>> fibers_;
};

WorkerNode::WorkerNode(Ground* ground, const RealmSpec& realm, int number,
                       std::map<std::string, RealmStore*> stores, SimSource::FindPeer find)
    : ground_(ground),
      realm_(realm.code),
      id_(absl::StrCat("w", number)),
      slots_(realm.slots),
      stores_(std::move(stores)),
      find_(std::move(find)) {
  process_.name = absl::StrCat(realm_, "/", id_);
  peer_.process = &process_;
  peer_.realm = realm_;
  peer_.store = [this](const std::string& dataset) -> RealmStore* {
    const auto found = stores_.find(dataset);
    return found == stores_.end() ? nullptr : found->second;
  };
}

WorkerNode::~WorkerNode() {
  if (process_.up) Kill();
}

void WorkerNode::Start() {
  REALM_CHECK(!process_.up);
  ++process_.life;
  process_.up = true;
  process_.paused = false;
  ground_->Log(process_.name, "up");
  body_ = std::make_unique<Body>();
  body_->clock = std::make_unique<SimClock>(ground_, &wall_offset_);
  std::vector<std::unique_ptr<worker::Dataset>> datasets;
  for (const auto& [name, store] : stores_)
    datasets.push_back(std::make_unique<SimDataset>(ground_, Life(&process_), store));
  body_->stores = std::make_unique<worker::Stores>(std::move(datasets));
  body_->executor = std::make_unique<FiberExecutor>(ground_, &process_);
  body_->agent = MakeAgent(body_.get(), false);
  if (wanted_) wanted_();
}

std::unique_ptr<worker::Agent> WorkerNode::MakeAgent(Body* body, bool twin) {
  worker::AgentOptions options;
  options.worker = WorkerId(id_);
  options.realm = RealmId(realm_);
  options.version = "sim";
  options.data_endpoint = process_.name;
  options.slots = slots_;
  options.incarnation = process_.life;
  worker::AgentSurroundings surroundings;
  surroundings.stores = body->stores.get();
  surroundings.clock = body->clock.get();
  surroundings.executor = body->executor.get();
  surroundings.source = [this, life = Life(&process_)](const v1::JobOrder& order,
                                                       const worker::StopToken& stop) {
    return std::make_unique<SimSource>(ground_, life, realm_, order, stop, find_);
  };
  surroundings.random_bits = [this] { return ground_->random.Next(); };
  surroundings.frame_wanted = [this, twin] {
    if (!twin && process_.up && wanted_) wanted_();
  };
  return std::make_unique<worker::Agent>(std::move(options), std::move(surroundings));
}

void WorkerNode::Kill() {
  if (!process_.up) return;
  ground_->Log(process_.name, "dies");
  process_.up = false;
  process_.paused = false;
  process_.held.clear();
  body_->executor->Unwind();
  body_.reset();
  if (wanted_) wanted_();
}

bool WorkerNode::busy() const {
  return process_.up && body_->executor->busy();
}

void WorkerNode::Drain() {
  if (process_.up) body_->agent->Drain();
}

void WorkerNode::Obey(const v1::AttachResponse& frame) {
  if (wants_twin_ && frame.jobs_size() > 0 && body_->twin == nullptr) {
    wants_twin_ = false;
    ground_->CountFault("run-twice");
    body_->twin = MakeAgent(body_.get(), true);
  }
  body_->agent->OnCoordinatorFrame(frame);
  if (body_->twin != nullptr) body_->twin->OnCoordinatorFrame(frame);
}

}  // namespace realm::sim
