#include "worker/rpc/attach_client.h"

#include <thread>
#include <utility>

#include "common/backoff.h"
#include "common/log.h"
#include "worker/rpc/grpc_status.h"

namespace realm::worker {
namespace {

constexpr absl::Duration kReattachBase = absl::Milliseconds(100);
// Well below the default lease, so that a coordinator that restarts keeps the running jobs.
constexpr absl::Duration kReattachCap = absl::Seconds(3);
constexpr absl::Duration kFarewell = absl::Seconds(1);

bool IsRefusal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kAlreadyExists:
      return true;
    default:
      return false;
  }
}

}  // namespace

AttachClient::AttachClient(Agent& agent, std::shared_ptr<grpc::Channel> channel, uint64_t seed)
    : agent_(agent), stub_(v1::DispatchService::NewStub(std::move(channel))), seed_(seed) {}

absl::Status AttachClient::Run() {
  for (int64_t failures = 0; !IsDone();) {
    bool came_through = false;
    const absl::Status status = RunStream(&came_through);
    if (IsDone()) break;
    if (IsRefusal(status)) return status;
    failures = came_through ? 1 : failures + 1;
    Log(Level::kWarning, "detached from the coordinator",
        {{"reason", status}, {"failures", failures}});
    Pause(failures);
  }
  return absl::OkStatus();
}

absl::Status AttachClient::RunStream(bool* came_through) {
  grpc::ClientContext context;
  {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return absl::OkStatus();
    context_ = &context;
    over_ = false;
    wanted_ = true;
  }
  agent_.OnAttach();
  const std::unique_ptr<Stream> stream = stub_->Attach(&context);
  std::thread reader([&] { ReadFrames(*stream, came_through); });
  WriteFrames(*stream);
  if (!AwaitOver()) context.TryCancel();
  reader.join();
  const grpc::Status status = stream->Finish();
  absl::MutexLock lock(&mutex_);
  context_ = nullptr;
  return FromGrpc(status);
}

void AttachClient::WriteFrames(Stream& stream) {
  while (AwaitTurn()) {
    if (!stream.Write(agent_.MakeFrame())) break;
    if (agent_.IsDrained()) break;
  }
  stream.WritesDone();
}

void AttachClient::ReadFrames(Stream& stream, bool* came_through) {
  v1::AttachResponse frame;
  while (stream.Read(&frame)) {
    agent_.OnCoordinatorFrame(frame);
    const bool first = !std::exchange(*came_through, true);
    attached_ = true;
    if (first) Log(Level::kInfo, "attached to the coordinator");
    // The pace of frames may be another one from the first on; and nothing is left to wait for
    // once the agent is drained.
    if (first || agent_.IsDrained()) WantFrame();
  }
  attached_ = false;
  absl::MutexLock lock(&mutex_);
  over_ = true;
}

// Whether the coordinator has ended the stream, or does so soon. Only then is its status to be had:
// to cancel would put another in its place, and could overtake the last frame.
bool AttachClient::AwaitOver() {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(this, &AttachClient::IsOver), kFarewell);
  return over_;
}

bool AttachClient::AwaitTurn() {
  const absl::Duration period = agent_.frame_period();
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(this, &AttachClient::HasTurn), period);
  wanted_ = false;
  return !over_ && !stopped_;
}

void AttachClient::Pause(int64_t failures) {
  const absl::Duration pause =
      BackoffDelay(failures, kReattachBase, kReattachCap, seed_ + failures);
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&stopped_), pause);
}

bool AttachClient::IsDone() const {
  if (agent_.IsDrained()) return true;
  absl::MutexLock lock(&mutex_);
  return stopped_;
}

void AttachClient::WantFrame() {
  absl::MutexLock lock(&mutex_);
  wanted_ = true;
}

void AttachClient::Stop() {
  absl::MutexLock lock(&mutex_);
  stopped_ = true;
  if (context_ != nullptr) context_->TryCancel();
}

}  // namespace realm::worker
