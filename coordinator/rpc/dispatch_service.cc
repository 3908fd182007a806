#include "coordinator/rpc/dispatch_service.h"

#include <grpcpp/support/server_callback.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

#include "common/log.h"
#include "coordinator/rpc/error_info.h"
#include "coordinator/rpc/tickets.h"
#include "coordinator/rpc/wire.h"
#include "realm/v1/dispatch.grpc.pb.h"

namespace realm::coordinator {
namespace {

namespace v1 = ::realm::v1;

using Reactor = grpc::ServerBidiReactor<v1::AttachRequest, v1::AttachResponse>;

// The engine's end of a stream. Outlives the stream, so that a late frame finds
// it closed instead of gone.
class StreamLink final : public WorkerLink {
 public:
  StreamLink(Reactor* reactor, const SigningKey* ticket_key, const Engine* engine)
      : ticket_key_(ticket_key), engine_(engine), reactor_(reactor) {}

  // Orders are encoded and tickets signed here, on the engine's thread, the only one to call this;
  // a frame that has not gone out yet is replaced, since each stands alone.
  void Send(CoordinatorFrame frame) override {
    Encode(frame);
    absl::MutexLock lock(&mutex_);
    if (reactor_ == nullptr || finished_) return;
    waiting_.Swap(&encoded_);
    is_waiting_ = true;
    if (!writing_) WriteLocked();
  }

  void Close(const absl::Status& why) override {
    absl::MutexLock lock(&mutex_);
    FinishLocked(ToGrpc(why));
  }

  void OnWritten(bool ok) {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (ok && !finished_ && is_waiting_) WriteLocked();
  }

  // False when the stream is over and nothing more is to be read.
  bool Open() {
    absl::MutexLock lock(&mutex_);
    return reactor_ != nullptr && !finished_;
  }

  void Detach() {
    absl::MutexLock lock(&mutex_);
    reactor_ = nullptr;
  }

 private:
  // A ticket of this stream, for a copy that its worker has not listed yet.
  struct Issued {
    uint64_t epoch = 0;
    std::string ticket;
  };

  // Into encoded_, which keeps its memory from frame to frame.
  void Encode(const CoordinatorFrame& frame) {
    IssueMissing(frame);
    v1::AttachResponse& out = encoded_;
    out.Clear();
    out.set_frame(frame.frame);
    if (frame.drain_order) *out.mutable_drain_order() = ToProto(*frame.drain_order);
    SetDuration(frame.lease, out.mutable_lease());
    SetDuration(frame.frame_period, out.mutable_frame_period());
    out.mutable_jobs()->Reserve(static_cast<int>(frame.jobs.size()));
    for (const JobOrder& order : frame.jobs) {
      v1::JobOrder* encoded = out.add_jobs();
      ToProto(order, encoded);
      if (NeedsTicket(order)) encoded->set_ticket(issued_[order.job_id].ticket);
    }
  }

  static bool NeedsTicket(const JobOrder& order) {
    return !order.known && order.kind == JobKind::kCopy;
  }

  // An order is spelled out again until its worker lists it; its ticket is signed once.
  void IssueMissing(const CoordinatorFrame& frame) {
    absl::flat_hash_map<std::string, Issued> kept;
    std::vector<const JobOrder*> missing;
    for (const JobOrder& order : frame.jobs) {
      if (!NeedsTicket(order)) continue;
      const auto found = issued_.find(order.job_id);
      if (found != issued_.end() && found->second.epoch == order.epoch) {
        kept.insert(issued_.extract(found));
      } else {
        missing.push_back(&order);
      }
    }
    std::vector<std::string> tickets = IssueTickets(missing, *ticket_key_, engine_->now());
    for (size_t i = 0; i < missing.size(); ++i)
      kept[missing[i]->job_id] = Issued{missing[i]->epoch, std::move(tickets[i])};
    issued_ = std::move(kept);
  }

  static void SetDuration(absl::Duration in, google::protobuf::Duration* out) {
    const int64_t nanos = absl::ToInt64Nanoseconds(in);
    out->set_seconds(nanos / 1000000000);
    out->set_nanos(static_cast<int32_t>(nanos % 1000000000));
  }

  void WriteLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    is_waiting_ = false;
    writing_ = true;
    in_flight_.Swap(&waiting_);
    reactor_->StartWrite(&in_flight_);
  }

  void FinishLocked(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (reactor_ == nullptr || finished_) return;
    finished_ = true;
    reactor_->Finish(status);
  }

  const SigningKey* const ticket_key_;
  const Engine* const engine_;
  // The engine's thread only.
  v1::AttachResponse encoded_;
  absl::flat_hash_map<std::string, Issued> issued_;  // By job id.
  absl::Mutex mutex_;
  Reactor* reactor_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  v1::AttachResponse in_flight_ ABSL_GUARDED_BY(mutex_);
  bool is_waiting_ ABSL_GUARDED_BY(mutex_) = false;
  v1::AttachResponse waiting_ ABSL_GUARDED_BY(mutex_);
};

// One worker's stream. Deletes itself when done.
class AttachStream final : public Reactor {
 public:
  AttachStream(Engine* engine, const Authorizer* authorizer, const SigningKey* ticket_key,
               grpc::CallbackServerContext* call)
      : engine_(engine),
        authorizer_(authorizer),
        call_(call),
        session_(engine->NextSession()),
        link_(std::make_shared<StreamLink>(this, ticket_key, engine)) {
    StartRead(&frame_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      engine_->OnClosed(session_);
      link_->Close(absl::OkStatus());
      return;
    }
    const absl::Status accepted = Accept();
    if (!accepted.ok()) {
      Log(Level::kWarning, "worker frame refused", {{"why", accepted}});
      engine_->OnClosed(session_);
      link_->Close(WithReason(accepted));
      return;
    }
    if (link_->Open()) StartRead(&frame_);
  }

  void OnWriteDone(bool ok) override { link_->OnWritten(ok); }

  void OnCancel() override {
    engine_->OnClosed(session_);
    link_->Close(absl::CancelledError("the worker went away"));
  }

  void OnDone() override {
    link_->Detach();
    delete this;
  }

 private:
  absl::Status Accept() {
    absl::StatusOr<WorkerFrame> frame = FromProto(frame_);
    if (!frame.ok()) return frame.status();
    const absl::Status allowed =
        authorizer_->CheckWorker(*call_, frame_.realm(), frame_.worker_id());
    if (!allowed.ok()) return allowed;
    if (FindRealm(engine_->policy(), frame_.realm()) == nullptr) {
      return absl::FailedPreconditionError("realm is not in the coordinator's configuration");
    }
    frame_.Clear();
    engine_->OnFrame(session_, link_, *std::move(frame));
    return absl::OkStatus();
  }

  Engine* const engine_;
  const Authorizer* const authorizer_;
  grpc::CallbackServerContext* const call_;
  const uint64_t session_;
  const std::shared_ptr<StreamLink> link_;
  v1::AttachRequest frame_;
};

class DispatchServiceImpl final : public v1::DispatchService::CallbackService {
 public:
  DispatchServiceImpl(Engine* engine, const Authorizer* authorizer, const SigningKey* ticket_key)
      : engine_(engine), authorizer_(authorizer), ticket_key_(ticket_key) {}

  Reactor* Attach(grpc::CallbackServerContext* call) override {
    return new AttachStream(engine_, authorizer_, ticket_key_, call);
  }

 private:
  Engine* const engine_;
  const Authorizer* const authorizer_;
  const SigningKey* const ticket_key_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeDispatchService(Engine* engine, const Authorizer* authorizer,
                                                   const SigningKey* ticket_key) {
  return std::make_unique<DispatchServiceImpl>(engine, authorizer, ticket_key);
}

}  // namespace realm::coordinator
