// What a worker may say to the coordinator: frames of any content, while it holds a lease. They are
// refused, or become inputs of the core, which keep its invariants.

#include "coordinator/engine/dispatch.h"
#include "coordinator/rpc/wire.h"
#include "coordinator/store/rows.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/coordinator/journey.h"

namespace realm::fuzz {
namespace {

using coordinator::Dispatch;
using coordinator::JobKind;
using coordinator::Journey;
using coordinator::MigrationPtr;
using coordinator::Moment;
using coordinator::State;

class SilentLink final : public coordinator::WorkerLink {
 public:
  void Send(coordinator::CoordinatorFrame frame) override {
    for (const coordinator::JobOrder& order : frame.jobs) {
      v1::JobOrder told;
      coordinator::ToProto(order, &told);
      (void)told.SerializeAsString();
    }
  }
  void Close(const absl::Status& /*why*/) override {}
};

constexpr coordinator::DispatchOptions kOptions = {absl::Seconds(15), absl::Seconds(3), 1};

// A coordinator with one migration, one of whose jobs is leased to the worker EU/w1.
class World {
 public:
  explicit World(State state) : dispatch_(kOptions, Now()) {
    journey_.To(state);
    const JobKind kind = state == State::kSwitched ? JobKind::kOpen : JobKind::kCopy;
    journey_.Lease(kind);
    dispatch_.Update(journey_.row(), Now());
  }

  void Take(const coordinator::WorkerFrame& frame) {
    Step(dispatch_.OnFrame(++session_, std::make_shared<SilentLink>(), frame, Now()));
    if (const auto match = dispatch_.NextMatch()) Step({*match});
    const auto row = std::make_shared<coordinator::Migration>(journey_.row());
    dispatch_.SendFrames([&row](const MigrationKey&) -> MigrationPtr { return row; }, Now());
    mono_ += absl::Seconds(4);
  }

  // All that is kept and shown of it is what can be kept and shown.
  void Check() const {
    const coordinator::FleetPtr fleet = dispatch_.MakeFleet();
    for (const coordinator::FleetWorker& worker : fleet->workers)
      (void)coordinator::ToProto(worker).SerializeAsString();
    const coordinator::Migration& row = journey_.row();
    REALM_CHECK_OK(coordinator::DecodeMigration(coordinator::EncodeRow(row)).status());
    const v1::Migration told = coordinator::ToProto(row, &journey_.tenant(), *fleet, journey_.now);
    v1::Migration heard;
    REALM_CHECK(heard.ParseFromString(told.SerializeAsString()));
  }

 private:
  Moment Now() const { return {journey_.now, mono_}; }

  void Step(std::vector<coordinator::Input> inputs) {
    for (coordinator::Input& input : inputs)
      (void)journey_.Try(std::move(input.body), input.actor);
    dispatch_.Update(journey_.row(), Now());
  }

  Journey journey_;
  absl::Duration mono_ = absl::Hours(1);
  Dispatch dispatch_;
  uint64_t session_ = 0;
};

}  // namespace

void Run(absl::string_view input) {
  constexpr State kStates[] = {State::kCopying, State::kCommitting, State::kSwitched};
  Input in(input);
  World world(kStates[in.Byte() % 3]);
  while (!in.empty()) {
    v1::AttachRequest frame;
    if (!frame.ParseFromString(std::string(in.Text()))) return;
    const absl::StatusOr<coordinator::WorkerFrame> taken = coordinator::FromProto(frame);
    if (taken.ok()) world.Take(*taken);
  }
  world.Check();
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  for (char state = 0; state < 3; ++state) {
    v1::AttachRequest frame;
    frame.set_protocol(1);
    frame.set_worker_id("w1");
    frame.set_realm("EU");
    frame.set_slots(2);
    frame.add_datasets("main-rows");
    std::string seed = state + TextSeed(frame.SerializeAsString());
    v1::JobReport& job = *frame.add_jobs();
    job.set_job_id("notes/acme/m1/1");
    job.set_epoch(1);
    job.set_state(v1::JobReport::STATE_DONE);
    job.set_error("gone");
    v1::TableManifest& table = *job.add_manifest();
    table.set_dataset("main-rows");
    table.set_records(100);
    table.set_root_digest(std::string(32, 'd'));
    seed += TextSeed(frame.SerializeAsString());
    seeds.push_back(seed);
  }
  return seeds;
}

}  // namespace realm::fuzz
