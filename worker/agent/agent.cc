#include "worker/agent/agent.h"

#include <algorithm>
#include <utility>

#include "common/log.h"

namespace realm::worker {
namespace {

constexpr int kProtocol = 1;

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

bool Lists(const v1::AttachResponse& frame, const Execution& execution) {
  return std::any_of(frame.jobs().begin(), frame.jobs().end(),
                     [&](const v1::JobOrder& order) { return execution.IsFor(order); });
}

}  // namespace

Agent::Agent(AgentOptions options, AgentSurroundings surroundings)
    : options_(std::move(options)), surroundings_(std::move(surroundings)) {}

void Agent::OnAttach() {
  absl::MutexLock lock(&mutex_);
  seen_frame_ = 0;
}

void Agent::OnCoordinatorFrame(const v1::AttachResponse& frame) {
  bool changed = false;
  {
    absl::MutexLock lock(&mutex_);
    changed = Follow(frame);
  }
  if (changed) surroundings_.frame_wanted();
}

bool Agent::Follow(const v1::AttachResponse& frame) {
  const absl::Duration lease = frame.has_lease() ? FromProto(frame.lease()) : kLeaseDefault;
  const absl::Duration lease_end = surroundings_.clock->Monotonic() + lease;
  if (frame.has_frame_period()) frame_period_ = FromProto(frame.frame_period());
  bool changed = Obey(frame);
  changed |= DropUnlisted(frame);
  seen_frame_ = frame.frame();
  for (const v1::JobOrder& order : frame.jobs()) {
    const ExecutionPtr known = Find(order);
    if (known != nullptr) {
      known->Renew(lease_end);
    } else if (!order.known()) {
      Take(order, lease_end);
      changed = true;
    }
  }
  return changed;
}

// The order may stand, be new, or have been taken back.
bool Agent::Obey(const v1::AttachResponse& frame) {
  if (frame.has_drain_order() == drain_order_.has_value()) return false;
  if (!frame.has_drain_order()) {
    Log(Level::kInfo, "takes jobs again");
    drain_order_.reset();
    return true;
  }
  drain_order_ = frame.drain_order();
  Log(Level::kInfo, "draining",
      {{"reason", drain_order_->reason()}, {"ordered_by", drain_order_->actor()}});
  StopAll();
  return true;
}

void Agent::Take(const v1::JobOrder& order, absl::Duration lease_end) {
  auto execution = std::make_shared<Execution>(order, *surroundings_.clock);
  execution->Renew(lease_end);
  const bool closed = IsClosed();
  executions_.push_back(execution);
  if (closed) {
    Outcome outcome;
    outcome.state = v1::JobReport::STATE_RETURNED;
    outcome.status = absl::CancelledError("this worker takes no more jobs");
    execution->Finish(outcome);
    return;
  }
  ++orders_taken_;
  surroundings_.executor->Start([this, execution] { Run(*execution); });
}

bool Agent::DropUnlisted(const v1::AttachResponse& frame) {
  const auto unlisted =
      std::partition(executions_.begin(), executions_.end(),
                     [&](const ExecutionPtr& execution) { return Lists(frame, *execution); });
  std::for_each(unlisted, executions_.end(),
                [](const ExecutionPtr& execution) { execution->Stop(); });
  const bool any = unlisted != executions_.end();
  executions_.erase(unlisted, executions_.end());
  return any;
}

void Agent::Run(Execution& execution) {
  const v1::JobOrder& order = execution.order();
  Log(Level::kInfo, "job started",
      {{"job", order.job_id()},
       {"migration", order.ref().migration_id()},
       {"kind", v1::Job::Kind_Name(order.kind())},
       {"epoch", order.epoch()}});
  JobEnvironment environment;
  environment.realm = options_.realm;
  environment.stores = surroundings_.stores;
  environment.stop = &execution;
  environment.progress = &execution;
  environment.nonce = surroundings_.random_bits();
  std::unique_ptr<SourceRealm> source;
  if (order.kind() == v1::Job::KIND_COPY) source = surroundings_.source(order, execution);
  environment.source = source.get();
  const absl::Duration began = surroundings_.clock->Monotonic();
  if (surroundings_.metrics) surroundings_.metrics->Started();
  execution.Finish(RunJob(order, environment));
  if (surroundings_.metrics) {
    surroundings_.metrics->Ended(order, execution.Report(),
                                 surroundings_.clock->Monotonic() - began);
  }
  Finished(execution);
}

void Agent::Finished(const Execution& execution) {
  v1::JobReport report = execution.Report();
  Log(Level::kInfo, "job finished",
      {{"job", report.job_id()},
       {"migration", execution.order().ref().migration_id()},
       {"epoch", report.epoch()},
       {"state", v1::JobReport::State_Name(report.state())},
       {"records", report.records_done()},
       {"erased", report.records_erased()},
       {"fenced", report.fenced_count()},
       {"pages_repeated", report.pages_repeated()},
       {"error", report.error()}});
  {
    absl::MutexLock lock(&mutex_);
    fenced_count_ += report.fenced_count();
    last_finished_ = std::move(report);
  }
  surroundings_.frame_wanted();
}

v1::AttachRequest Agent::MakeFrame() const {
  v1::AttachRequest frame;
  frame.set_protocol(kProtocol);
  frame.set_worker_id(options_.worker.value());
  frame.set_realm(options_.realm.value());
  frame.set_version(options_.version);
  frame.set_data_endpoint(options_.data_endpoint);
  frame.set_slots(options_.slots);
  frame.set_incarnation(options_.incarnation);
  for (const std::unique_ptr<Dataset>& dataset : surroundings_.stores->datasets()) {
    frame.add_datasets(dataset->name().value());
  }
  absl::MutexLock lock(&mutex_);
  frame.set_draining(IsClosed());
  if (drain_order_ && !IsEnding()) *frame.mutable_drain_order() = *drain_order_;
  frame.set_seen_frame(seen_frame_);
  frame.set_fenced_count(fenced_count_);
  for (const ExecutionPtr& execution : executions_)
    *frame.add_jobs() = execution->Report();
  return frame;
}

absl::Duration Agent::frame_period() const {
  absl::MutexLock lock(&mutex_);
  return frame_period_;
}

void Agent::Drain() {
  {
    absl::MutexLock lock(&mutex_);
    if (!std::exchange(ending_, true)) Log(Level::kInfo, "draining before the end");
    StopAll();
  }
  surroundings_.frame_wanted();
}

void Agent::StopAll() {
  for (const ExecutionPtr& execution : executions_)
    execution->Stop();
}

bool Agent::IsEnding() const {
  return ending_ || (options_.orders_max > 0 && orders_taken_ >= options_.orders_max);
}

bool Agent::IsClosed() const {
  return IsEnding() || drain_order_.has_value();
}

bool Agent::IsDrained() const {
  absl::MutexLock lock(&mutex_);
  return IsEnding() && executions_.empty();
}

std::optional<v1::JobReport> Agent::last_finished() const {
  absl::MutexLock lock(&mutex_);
  return last_finished_;
}

Agent::ExecutionPtr Agent::Find(const v1::JobOrder& order) const {
  const auto found =
      std::find_if(executions_.begin(), executions_.end(),
                   [&](const ExecutionPtr& execution) { return execution->IsFor(order); });
  return found == executions_.end() ? nullptr : *found;
}

}  // namespace realm::worker
