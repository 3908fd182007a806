// A server stream that sends a snapshot, its end, and then each change.
#ifndef REALMSHIFT_COORDINATOR_RPC_WATCH_STREAM_H_
#define REALMSHIFT_COORDINATOR_RPC_WATCH_STREAM_H_

#include <grpcpp/support/server_callback.h>

#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"

#include "coordinator/engine/feed.h"
#include "coordinator/rpc/error_info.h"

namespace realm::coordinator {

// `RowType` is the core's, `Response` the wire's. Deletes itself when done.
template <typename RowType, typename Response>
class WatchStream final : public grpc::ServerWriteReactor<Response> {
 public:
  using RowPtr = std::shared_ptr<const RowType>;
  // False: this watcher does not want the row.
  using Encode = std::function<bool(const RowType&, uint64_t revision, Response*)>;

  // Subscribes before it reads the snapshot, so that nothing falls between them;
  // a row may come twice.
  static WatchStream* Start(Feed<RowType>* feed, const std::function<std::vector<RowPtr>()>& rows,
                            Encode encode) {
    auto* stream = new WatchStream(std::move(encode));
    const std::weak_ptr<Handle> handle = stream->handle_;
    stream->backlog_ = feed->Subscribe([handle] { Wake(handle); });
    {
      absl::MutexLock lock(&stream->mutex_);
      for (RowPtr& row : rows())
        stream->snapshot_.push_back(std::move(row));
    }
    stream->Pump();
    return stream;
  }

  // A stream that ends at once with `status`.
  static WatchStream* Refuse(const absl::Status& status) {
    auto* stream = new WatchStream(nullptr);
    absl::MutexLock lock(&stream->mutex_);
    stream->FinishLocked(ToGrpc(status));
    return stream;
  }

  void OnWriteDone(bool ok) override {
    {
      absl::MutexLock lock(&mutex_);
      writing_ = false;
      if (!ok) FinishLocked(grpc::Status::CANCELLED);
    }
    Pump();
  }

  void OnCancel() override {
    absl::MutexLock lock(&mutex_);
    FinishLocked(grpc::Status::CANCELLED);
  }

  void OnDone() override {
    {
      absl::MutexLock lock(&handle_->mutex);
      handle_->stream = nullptr;
    }
    delete this;
  }

 private:
  // Outlives the stream, so that a late wake finds nobody instead of garbage.
  struct Handle {
    absl::Mutex mutex;
    WatchStream* stream ABSL_GUARDED_BY(mutex) = nullptr;
  };

  explicit WatchStream(Encode encode) : encode_(std::move(encode)) {
    absl::MutexLock lock(&handle_->mutex);
    handle_->stream = this;
  }

  static void Wake(const std::weak_ptr<Handle>& weak) {
    const std::shared_ptr<Handle> handle = weak.lock();
    if (handle == nullptr) return;
    absl::MutexLock lock(&handle->mutex);
    if (handle->stream != nullptr) handle->stream->Pump();
  }

  void Pump() {
    absl::MutexLock lock(&mutex_);
    if (writing_ || finished_) return;
    if (!NextLocked()) return;
    writing_ = true;
    this->StartWrite(&response_);
  }

  bool NextLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    response_.Clear();
    while (!snapshot_.empty()) {
      const RowPtr row = std::move(snapshot_.front());
      snapshot_.pop_front();
      if (encode_(*row, 0, &response_)) return true;
      response_.Clear();
    }
    if (!snapshot_ended_) {
      snapshot_ended_ = true;
      response_.set_snapshot_end(true);
      return true;
    }
    if (backlog_->overflowed()) {
      ErrorInfo info;
      info.reason = "REVISION_COMPACTED";
      FinishLocked(ToGrpc(MakeError(absl::StatusCode::kOutOfRange, info,
                                    "this watcher fell too far behind; watch again")));
      return false;
    }
    while (const auto change = backlog_->Pop()) {
      if (encode_(*change->row, change->revision, &response_)) return true;
      response_.Clear();
    }
    return false;
  }

  void FinishLocked(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (finished_) return;
    finished_ = true;
    this->Finish(status);
  }

  const Encode encode_;
  const std::shared_ptr<Handle> handle_ = std::make_shared<Handle>();
  std::shared_ptr<Backlog<RowType>> backlog_;
  absl::Mutex mutex_;
  std::deque<RowPtr> snapshot_ ABSL_GUARDED_BY(mutex_);
  Response response_ ABSL_GUARDED_BY(mutex_);
  bool snapshot_ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_RPC_WATCH_STREAM_H_
