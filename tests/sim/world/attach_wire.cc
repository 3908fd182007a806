#include "tests/sim/world/attach_wire.h"

#include <algorithm>
#include <utility>

#include "coordinator/rpc/wire.h"

namespace realm::sim {
namespace {

// Between two attempts to attach.
constexpr absl::Duration kPauseMax = absl::Seconds(3);
// After which a side that hears nothing takes the connection for dead.
constexpr absl::Duration kKeepalive = absl::Seconds(20);

void SetDuration(absl::Duration in, google::protobuf::Duration* out) {
  const int64_t nanos = absl::ToInt64Nanoseconds(in);
  out->set_seconds(nanos / 1000000000);
  out->set_nanos(static_cast<int32_t>(nanos % 1000000000));
}

std::shared_ptr<const v1::AttachResponse> Encode(const coordinator::CoordinatorFrame& frame) {
  auto out = std::make_shared<v1::AttachResponse>();
  out->set_frame(frame.frame);
  if (frame.drain_order) *out->mutable_drain_order() = coordinator::ToProto(*frame.drain_order);
  SetDuration(frame.lease, out->mutable_lease());
  SetDuration(frame.frame_period, out->mutable_frame_period());
  for (const coordinator::JobOrder& order : frame.jobs)
    coordinator::ToProto(order, out->add_jobs());
  return out;
}

}  // namespace

struct AttachWire::Stream {
  Stream(Process* worker, Process* the_coordinator)
      : worker_life(worker), coordinator_life(the_coordinator) {}
  Life worker_life;
  Life coordinator_life;
  uint64_t session = 0;
  std::shared_ptr<Link> link;
  bool open_at_worker = true;
  bool open_at_coordinator = true;
  bool broken = false;
  absl::Duration up_until;    // When the last frame to the coordinator arrives.
  absl::Duration down_until;  // And the last one to the worker.
  bool sending = false;       // A frame to the worker is under way...
  CoordinatorFrame next;      // ...and this one, if any, is sent after it.
  absl::Duration due = absl::InfiniteDuration();
};

// The engine's end.
class AttachWire::Link final : public coordinator::WorkerLink {
 public:
  Link(AttachWire* wire, std::weak_ptr<Stream> stream) : wire_(wire), stream_(std::move(stream)) {}

  // As in the program: one that has not gone out yet is replaced.
  void Send(coordinator::CoordinatorFrame frame) override {
    const std::shared_ptr<Stream> stream = stream_.lock();
    if (stream == nullptr || !stream->open_at_coordinator) return;
    CoordinatorFrame encoded = Encode(frame);
    if (stream->sending) {
      stream->next = std::move(encoded);
    } else {
      wire_->Transmit(stream, std::move(encoded));
    }
  }
  void Close(const absl::Status&) override {
    const std::shared_ptr<Stream> stream = stream_.lock();
    if (stream == nullptr) return;
    stream->open_at_coordinator = false;
    wire_->Break(stream, wire_->ground_->Latency(), absl::InfiniteDuration());
  }

 private:
  AttachWire* const wire_;
  const std::weak_ptr<Stream> stream_;
};

AttachWire::AttachWire(Ground* ground, WorkerNode* worker, CoordinatorNode* coordinator)
    : ground_(ground), worker_(worker), coordinator_(coordinator) {
  worker_->OnFrameWanted([this] { Wanted(); });
}

bool AttachWire::Fails(bool to_worker) {
  const Wires& wires = ground_->wires;
  return IsCut(to_worker ? wires.deaf_in : wires.deaf_out, worker_->realm()) || ground_->Loses();
}

void AttachWire::Wanted() {
  if (!worker_->up()) {
    const bool noticed = ground_->random.Chance(700);  // Else the machine is gone, not the process.
    if (stream_ != nullptr) {
      Break(stream_, absl::InfiniteDuration(), noticed ? ground_->Latency() : kKeepalive);
    }
    return;
  }
  if (worker_life_ != worker_->process()->life) {
    worker_life_ = worker_->process()->life;
    attaching_ = false;
    stream_.reset();
    AttachLater(ground_->random.Between(absl::ZeroDuration(), kPauseMax));
    return;
  }
  if (stream_ != nullptr && stream_->open_at_worker) {
    SendLater(stream_, absl::Microseconds(200));
  }
}

void AttachWire::CoordinatorChanged() {
  if (stream_ == nullptr || !stream_->coordinator_life.over()) return;
  Break(stream_, ground_->Latency(), absl::InfiniteDuration());
}

void AttachWire::AttachLater(absl::Duration after) {
  if (attaching_) return;
  attaching_ = true;
  ground_->loop.After(after, worker_->process(), [this] {
    attaching_ = false;
    Attach();
  });
}

void AttachWire::Attach() {
  if (stream_ != nullptr && stream_->open_at_worker) return;
  if (!coordinator_->up() || coordinator_->process()->paused || Fails(false) || Fails(true)) {
    AttachLater(ground_->random.Between(absl::Milliseconds(100), kPauseMax));
    return;
  }
  stream_ = std::make_shared<Stream>(worker_->process(), coordinator_->process());
  stream_->session = coordinator_->engine()->NextSession();
  stream_->link = std::make_shared<Link>(this, stream_);
  worker_->agent()->OnAttach();
  SendFrame(stream_);
}

void AttachWire::SendLater(const std::shared_ptr<Stream>& stream, absl::Duration after) {
  const absl::Duration at = ground_->loop.now() + after;
  if (at >= stream->due) return;
  stream->due = at;
  ground_->loop.After(after, worker_->process(), [this, stream, at] {
    if (stream->due == at && stream->open_at_worker) SendFrame(stream);
  });
}

void AttachWire::SendFrame(const std::shared_ptr<Stream>& stream) {
  stream->due = absl::InfiniteDuration();
  SendLater(stream, worker_->agent()->frame_period());
  if (stream->broken) return;  // Into the void.
  if (Fails(false)) {
    Break(stream, kKeepalive, kKeepalive);
    return;
  }
  stream->up_until = std::max(stream->up_until, ground_->loop.now() + ground_->Latency());
  const WorkerFrame frame =
      std::make_shared<const v1::AttachRequest>(worker_->agent()->MakeFrame());
  // A stream keeps its order: what comes twice comes at once.
  for (int copies = ground_->Doubles() ? 2 : 1; copies > 0; --copies) {
    ground_->loop.After(stream->up_until - ground_->loop.now(), coordinator_->process(),
                        [this, stream, frame] { Arrive(stream, *frame); });
  }
  if (worker_->agent()->IsDrained()) {
    ground_->Log(worker_->address(), "drained");
    ground_->Count("worker/drained");
  }
}

void AttachWire::Arrive(const std::shared_ptr<Stream>& stream, const v1::AttachRequest& frame) {
  if (stream->coordinator_life.over()) {
    Break(stream, ground_->Latency(), absl::InfiniteDuration());
    return;
  }
  if (!stream->open_at_coordinator) return;
  absl::StatusOr<coordinator::WorkerFrame> decoded = coordinator::FromProto(frame);
  if (!decoded.ok()) {
    ground_->Violate("frames-decode", decoded.status().ToString());
    return;
  }
  coordinator_->engine()->OnFrame(stream->session, stream->link, *std::move(decoded));
  coordinator_->Wake();
}

void AttachWire::Transmit(const std::shared_ptr<Stream>& stream, CoordinatorFrame frame) {
  if (stream->broken) return;
  if (Fails(true)) {
    Break(stream, kKeepalive, kKeepalive);
    return;
  }
  stream->sending = true;
  stream->down_until = std::max(stream->down_until, ground_->loop.now() + ground_->Latency());
  ground_->loop.After(stream->down_until - ground_->loop.now(), nullptr,
                      [this, stream, frame = std::move(frame)]() mutable {
                        stream->sending = false;
                        if (stream->next != nullptr) {
                          Transmit(stream, std::exchange(stream->next, nullptr));
                        }
                        if (stream->worker_life.over()) return;
                        const int copies = ground_->Doubles() ? 2 : 1;
                        // A paused worker reads it when it goes on.
                        ground_->loop.After(absl::ZeroDuration(), worker_->process(),
                                            [this, stream, copies, frame = std::move(frame)] {
                                              for (int i = 0; i < copies; ++i)
                                                if (stream->open_at_worker) worker_->Obey(*frame);
                                            });
                      });
}

void AttachWire::Break(const std::shared_ptr<Stream>& stream, absl::Duration worker_learns,
                       absl::Duration coordinator_learns) {
  stream->broken = true;
  if (worker_learns < absl::InfiniteDuration() && !stream->worker_life.over()) {
    ground_->loop.After(worker_learns, worker_->process(), [this, stream] {
      if (!stream->open_at_worker) return;
      stream->open_at_worker = false;
      if (stream == stream_)
        AttachLater(ground_->random.Between(absl::Milliseconds(50), kPauseMax));
    });
  }
  if (coordinator_learns < absl::InfiniteDuration() && !stream->coordinator_life.over()) {
    ground_->loop.After(coordinator_learns, coordinator_->process(), [this, stream] {
      if (!std::exchange(stream->open_at_coordinator, false)) return;
      coordinator_->engine()->OnClosed(stream->session);
      coordinator_->Wake();
    });
  }
}

}  // namespace realm::sim
