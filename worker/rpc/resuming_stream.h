// A stream from the source realm that goes on after its last key when it breaks.

#ifndef REALMSHIFT_WORKER_RPC_RESUMING_STREAM_H_
#define REALMSHIFT_WORKER_RPC_RESUMING_STREAM_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/status_macros.h"
#include "worker/connector/connector.h"
#include "worker/rpc/grpc_status.h"
#include "worker/rpc/read_ahead.h"
#include "worker/rpc/source_client.h"

namespace realm::worker {

// How often a reader that waits for the source asks whether its job may go on.
constexpr absl::Duration kStopPoll = absl::Milliseconds(100);

// One call of a server stream, read ahead.
template <typename Response>
class StreamCall {
 public:
  using Open = std::function<std::unique_ptr<grpc::ClientReader<Response>>(grpc::ClientContext&)>;

  explicit StreamCall(const Open& open)
      : reader_(open(context_)),
        ahead_([this] { return Read(); }, [](const Response& response) { return response.end(); },
               [](const Response& response) {
                 return static_cast<int64_t>(response.ByteSizeLong());
               }) {}
  // The thread that reads ahead returns as soon as the call is cancelled.
  ~StreamCall() { context_.TryCancel(); }

  absl::StatusOr<Response> Next() { return ahead_.Next(kStopPoll); }

 private:
  absl::StatusOr<Response> Read() {
    Response response;
    if (reader_->Read(&response)) return response;
    const absl::Status status = FromGrpc(reader_->Finish());
    if (!status.ok()) return status;
    return absl::UnavailableError("the stream ended before its end");
  }

  grpc::ClientContext context_;
  const std::unique_ptr<grpc::ClientReader<Response>> reader_;
  ReadAhead<Response> ahead_;
};

// The responses of `range`, through whichever worker answers. Thread safety: one thread at a time.
template <typename Response>
class ResumingStream {
 public:
  // Opens the call for what is left of the range.
  using Open = std::function<std::unique_ptr<grpc::ClientReader<Response>>(
      v1::DataService::Stub&, grpc::ClientContext&, const KeyRange&)>;

  // `endpoints` outlives this. `last_key` of a response is where to go on after it.
  ResumingStream(SourceEndpoints& endpoints, KeyRange range, Open open,
                 std::function<const std::string&(const Response&)> last_key)
      : endpoints_(endpoints),
        rest_(std::move(range)),
        open_(std::move(open)),
        last_key_(std::move(last_key)) {}

  // The last response has `end` set. CANCELLED: the job must stop.
  absl::StatusOr<Response> Next() {
    for (;;) {
      if (endpoints_.stop().StopRequested()) return absl::CancelledError("stopped on request");
      absl::StatusOr<Response> response = TryNext();
      if (absl::IsDeadlineExceeded(response.status())) continue;
      if (response.ok()) {
        endpoints_.Succeeded();
        if (!response->end()) rest_.after = last_key_(*response);
        return response;
      }
      call_.reset();
      RETURN_IF_ERROR(endpoints_.Advance(response.status()));
    }
  }

 private:
  absl::StatusOr<Response> TryNext() {
    if (call_ == nullptr) {
      ASSIGN_OR_RETURN(v1::DataService::Stub* const stub, endpoints_.Current());
      call_ = std::make_unique<StreamCall<Response>>(
          [&](grpc::ClientContext& context) { return open_(*stub, context, rest_); });
    }
    return call_->Next();
  }

  SourceEndpoints& endpoints_;
  KeyRange rest_;
  const Open open_;
  const std::function<const std::string&(const Response&)> last_key_;
  std::unique_ptr<StreamCall<Response>> call_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_RPC_RESUMING_STREAM_H_
