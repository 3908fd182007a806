// What a coordinator may say to a worker: frames of any content. The jobs that they order run, on
// stores in memory.

#include "tests/fuzz/fuzz.h"
#include "tests/support/fake_clock.h"
#include "tests/support/worker/job_world.h"
#include "tests/support/worker/turn_executor.h"
#include "worker/agent/agent.h"

namespace realm::fuzz {
namespace {

using worker::Agent;
using worker::LocalSourceRealm;

constexpr int kSlots = 2;
constexpr int kFramesMax = 8;

class World {
 public:
  World() : agent_(Options(), Surroundings()) { jobs_.Seed(5); }

  void Take(const v1::AttachResponse& frame) {
    agent_.OnCoordinatorFrame(frame);
    while (executor_.RunOne()) {
    }
    const v1::AttachRequest answer = agent_.MakeFrame();
    v1::AttachRequest heard;
    REALM_CHECK(heard.ParseFromString(answer.SerializeAsString()));
    REALM_CHECK(answer.jobs_size() <= frame.jobs_size());
  }

 private:
  static worker::AgentOptions Options() {
    worker::AgentOptions options;
    options.worker = WorkerId("eu-1");
    options.realm = RealmId("EU");
    options.slots = kSlots;
    return options;
  }
  worker::AgentSurroundings Surroundings() {
    worker::AgentSurroundings surroundings;
    surroundings.stores = jobs_.target.stores.get();
    surroundings.clock = &clock_;
    surroundings.executor = &executor_;
    surroundings.source = [this](const v1::JobOrder& order, const worker::StopToken&) {
      return std::make_unique<LocalSourceRealm>(*jobs_.source.stores, order);
    };
    surroundings.random_bits = [this] { return ++jobs_.nonce; };
    surroundings.frame_wanted = [] {};
    return surroundings;
  }

  worker::JobWorld jobs_;
  FakeClock clock_;
  worker::TurnExecutor executor_;
  Agent agent_;
};

}  // namespace

void Run(absl::string_view input) {
  World world;
  Input in(input);
  for (int frames = 0; frames < kFramesMax && !in.empty(); ++frames) {
    v1::AttachResponse frame;
    if (!frame.ParseFromString(std::string(in.Text()))) return;
    world.Take(frame);
  }
}

std::vector<std::string> Seeds() {
  worker::JobWorld jobs;
  std::vector<std::string> seeds;
  std::string all;
  for (const v1::Job::Kind kind :
       {v1::Job::KIND_COPY, v1::Job::KIND_OPEN, v1::Job::KIND_ROLLBACK, v1::Job::KIND_PURGE}) {
    v1::AttachResponse frame;
    frame.set_frame(seeds.size() + 1);
    frame.mutable_lease()->set_seconds(15);
    frame.mutable_frame_period()->set_seconds(3);
    *frame.add_jobs() = jobs.Order(kind);
    v1::TableManifest& table = *frame.mutable_jobs(0)->add_manifest();
    table.set_dataset("notes");
    table.set_root_digest(std::string(32, 'd'));
    all += TextSeed(frame.SerializeAsString());
    seeds.push_back(TextSeed(frame.SerializeAsString()));
  }
  seeds.push_back(all);
  return seeds;
}

}  // namespace realm::fuzz
