#include "tests/sim/world/coordinator_node.h"

#include <algorithm>
#include <utility>

#include "common/check.h"

namespace realm::sim {

using coordinator::Change;
using coordinator::Engine;

namespace {

// The engine's thread looks again after a second at the latest; that many turns in which nothing
// happens would cost more than all the rest.
constexpr absl::Duration kPatienceMax = absl::Seconds(30);
// Between two turns, or timers that have always run out would leave no time for anything else.
constexpr absl::Duration kBreath = absl::Milliseconds(1);
constexpr absl::Duration kBreathRushed = absl::Milliseconds(500);
// A program that turns so often for nothing would use up its processor.
constexpr int kIdleTurnsMax = 200;
// Nobody looks at the workers here.
constexpr absl::Duration kFleetPeriod = absl::Minutes(10);

}  // namespace

CoordinatorNode::CoordinatorNode(Ground* ground, RowWatcher* watcher, coordinator::Policy policy)
    : ground_(ground), watcher_(watcher), policy_(std::move(policy)), disk_(ground) {
  process_.name = "coordinator";
}

CoordinatorNode::~CoordinatorNode() {
  if (process_.up) Kill("the end", absl::InfiniteDuration());
}

void CoordinatorNode::Start() {
  REALM_CHECK(!process_.up);
  ++process_.life;
  process_.up = true;
  process_.paused = false;
  clock_ = std::make_unique<SimClock>(ground_, &wall_offset_);
  store_ = std::make_unique<SimDiskStore>(ground_, &disk_, Life(&process_));
  absl::StatusOr<std::unique_ptr<Engine>> engine = Open();
  // Its supervisor starts it again.
  if (absl::IsUnavailable(engine.status())) {
    ground_->CountFault("coordinator-end");
    return Kill(engine.status().message(),
                ground_->random.Between(absl::Milliseconds(100), absl::Minutes(1)));
  }
  if (!engine.ok()) {
    ground_->Violate("coordinator-opens", engine.status().ToString());
    process_.up = false;
    return;
  }
  engine_ = *std::move(engine);
  ground_->Log("coordinator", "up, generation ", store_->Info().generation);
  if (!engine_->book().Frozen().empty()) {
    ground_->Violate("rows-load", engine_->book().Frozen().front().why);
  }
  migrations_ = engine_->book().migrations_feed().Subscribe([] {});
  tenants_ = engine_->book().tenants_feed().Subscribe([] {});
  PublishAll();
  turns_ = std::make_unique<Fiber>([this, life = process_.life] { RunTurns(life); });
  waiting_ = true;
  wake_at_ = absl::InfiniteDuration();
  Wake();
  if (changed_) changed_();
}

// UNAVAILABLE: it writes what it finds after a restore, and the disk is in trouble.
absl::StatusOr<std::unique_ptr<coordinator::Engine>> CoordinatorNode::Open() {
  coordinator::EngineOptions options;
  options.lease = ground_->scenario.app.lease;
  options.frame_period = options.lease / 4;
  options.fleet_period = kFleetPeriod;
  try {
    return Engine::Open(store_.get(), policy_, clock_.get(), options);
  } catch (const ProcessEnd& end) {
    return absl::UnavailableError(end.why);
  }
}

void CoordinatorNode::Kill(absl::string_view why, absl::Duration down_for) {
  if (!process_.up) return;
  ground_->Log("coordinator", "dies: ", why);
  process_.up = false;
  ++process_.life;
  process_.held.clear();
  process_.paused = false;
  Bury(down_for);
}

void CoordinatorNode::Restore(absl::Duration age, absl::Duration down_for) {
  Kill("to be restored", down_for);
  disk_.Restore(age);
  watcher_->OnRestore();
}

// Lets the fiber come to its end, and takes down what was only in memory.
void CoordinatorNode::Bury(absl::Duration down_for) {
  while (turns_ != nullptr && !turns_->done())
    turns_->Resume();
  turns_.reset();
  migrations_.reset();
  tenants_.reset();
  engine_.reset();
  store_.reset();
  clock_.reset();
  if (changed_) changed_();
  if (down_for == absl::InfiniteDuration()) return;
  ground_->loop.After(down_for, nullptr, [this] {
    if (!process_.up) Start();
  });
}

void CoordinatorNode::Wake() {
  asked_ = true;
  WakeAfter(absl::ZeroDuration());
}

void CoordinatorNode::WakeAfter(absl::Duration after) {
  if (!process_.up) return;
  const absl::Duration breath = ground_->scenario.timers_always ? kBreathRushed : kBreath;
  const absl::Duration at = ground_->loop.now() + std::max(after, breath);
  if (at >= wake_at_) return;
  wake_at_ = at;
  ground_->loop.After(at - ground_->loop.now(), &process_, [this, at] {
    if (wake_at_ != at) return;  // There was an earlier one.
    wake_at_ = absl::InfiniteDuration();
    if (waiting_) Resume();
  });
}

void CoordinatorNode::Resume() {
  turns_->Resume();
}

void CoordinatorNode::RunTurns(uint64_t life) {
  try {
    TurnByTurn(life);
  } catch (const ProcessEnd& end) {
    if (!process_.up || process_.life != life) return;  // Killed from outside meanwhile.
    ground_->Log("coordinator", "ends itself: ", end.why);
    ground_->CountFault("coordinator-end");
    process_.up = false;
    ++process_.life;
    // Not here, on the stack of what is to be taken down.
    ground_->loop.After(absl::ZeroDuration(), nullptr, [this] {
      Bury(ground_->random.Between(absl::Milliseconds(100), absl::Minutes(1)));
    });
  }
}

void CoordinatorNode::TurnByTurn(uint64_t life) {
  while (process_.up && process_.life == life) {
    waiting_ = false;
    const bool asked = std::exchange(asked_, false);
    engine_->Turn(absl::ZeroDuration());
    if (!process_.up || process_.life != life) return;
    const bool news = PublishNews();
    waiting_ = true;
    const absl::Duration patience = engine_->Patience(kPatienceMax);
    WatchForSpinning(asked || news, patience);
    WakeAfter(patience);
    Fiber::Wait();
  }
}

void CoordinatorNode::PublishAll() {
  for (const coordinator::MigrationPtr& row : engine_->book().AllMigrations())
    watcher_->OnMigration(*row);
  for (const TenantSpec& spec : ground_->scenario.tenants) {
    const coordinator::TenantPtr row =
        engine_->book().FindTenant(TenantKey{AppId("app"), TenantId(spec.id)});
    if (row != nullptr) watcher_->OnTenant(*row);
  }
}

bool CoordinatorNode::PublishNews() {
  bool any = false;
  for (; const auto change = migrations_->Pop(); any = true)
    watcher_->OnMigration(*change->row);
  for (; const auto change = tenants_->Pop(); any = true)
    watcher_->OnTenant(*change->row);
  return any;
}

void CoordinatorNode::WatchForSpinning(bool news, absl::Duration patience) {
  const bool idle = !news && patience <= absl::ZeroDuration();
  idle_turns_ = idle && !ground_->scenario.timers_always ? idle_turns_ + 1 : 0;
  if (idle_turns_ < kIdleTurnsMax) return;
  ground_->Violate("no-spinning", "the coordinator turns again and again, and nothing comes of it",
                   "liveness");
}

}  // namespace realm::sim
