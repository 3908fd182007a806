#include "worker/rpc/source_client.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "common/backoff.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "worker/rpc/data_frames.h"
#include "worker/rpc/grpc_status.h"
#include "worker/rpc/resuming_stream.h"

namespace realm::worker {
namespace {

// Rounds over all endpoints before the attempt fails: about ten seconds, in which a worker that was
// killed is back. After that the coordinator knows better whom to ask.
constexpr int kRoundsMax = 7;
constexpr absl::Duration kRoundPauseBase = absl::Milliseconds(200);
constexpr absl::Duration kRoundPauseCap = absl::Seconds(5);
// Of calls with one answer. A seal waits for the app's transactions that began before it.
constexpr absl::Duration kCallDeadline = absl::Seconds(30);

gpr_timespec After(absl::Duration duration) {
  return gpr_time_from_millis(absl::ToInt64Milliseconds(duration), GPR_TIMESPAN);
}

bool IsWorthAnotherWorker(const absl::Status& failure) {
  return absl::IsUnavailable(failure) || absl::IsDeadlineExceeded(failure) ||
         absl::IsNotFound(failure) || absl::IsUnknown(failure);
}

class PageReader final : public Reader {
 public:
  explicit PageReader(std::unique_ptr<ResumingStream<v1::ReadPagesResponse>> stream)
      : stream_(std::move(stream)) {}

  absl::StatusOr<Page> Next() override {
    ASSIGN_OR_RETURN(v1::ReadPagesResponse response, stream_->Next());
    return FromFrame(std::move(response));
  }

 private:
  const std::unique_ptr<ResumingStream<v1::ReadPagesResponse>> stream_;
};

class DigestReader final : public Digester {
 public:
  explicit DigestReader(std::unique_ptr<ResumingStream<v1::ReadDigestsResponse>> stream)
      : stream_(std::move(stream)) {}

  absl::StatusOr<RangeDigest> Next() override {
    ASSIGN_OR_RETURN(v1::ReadDigestsResponse response, stream_->Next());
    return FromFrame(std::move(response));
  }

 private:
  const std::unique_ptr<ResumingStream<v1::ReadDigestsResponse>> stream_;
};

template <typename Request>
Request RangeRequest(const v1::JobOrder& order, const DatasetName& dataset,
                     const std::string& table, const KeyRange& range) {
  Request request;
  request.set_ticket(order.ticket());
  request.set_dataset(dataset.value());
  request.set_table(table);
  request.set_after(range.after);
  request.set_last(range.last);
  return request;
}

// Calls `call` with one worker after the other until one answers.
template <typename Response>
absl::StatusOr<Response> CallAny(
    SourceEndpoints& endpoints,
    const std::function<grpc::Status(v1::DataService::Stub&, grpc::ClientContext*, Response*)>&
        call) {
  for (;;) {
    absl::Status failure;
    absl::StatusOr<v1::DataService::Stub*> stub = endpoints.Current();
    if (stub.ok()) {
      grpc::ClientContext context;
      context.set_deadline(After(kCallDeadline));
      Response response;
      failure = FromGrpc(call(**stub, &context, &response));
      if (failure.ok()) {
        endpoints.Succeeded();
        return response;
      }
    } else {
      failure = stub.status();
    }
    RETURN_IF_ERROR(endpoints.Advance(failure));
  }
}

}  // namespace

SourceEndpoints::SourceEndpoints(const v1::JobOrder& order, const DatasetName& dataset,
                                 const Dial& dial, const StopToken& stop)
    : order_(order), dataset_(dataset), dial_(dial), stop_(stop) {
  for (const v1::DataEndpoint& endpoint : order.source_endpoints()) {
    const auto& served = endpoint.datasets();
    if (std::count(served.begin(), served.end(), dataset.value()) > 0)
      endpoints_.push_back({endpoint.address(), nullptr});
  }
}

absl::StatusOr<v1::DataService::Stub*> SourceEndpoints::Current() {
  if (endpoints_.empty()) {
    return absl::UnavailableError(
        absl::StrCat("no worker of realm ", order_.source_realm(), " serves ", dataset_.value()));
  }
  Endpoint& endpoint = endpoints_[current_];
  if (endpoint.stub == nullptr) {
    ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel,
                     dial_(endpoint.address, RealmId(order_.source_realm())));
    endpoint.stub = v1::DataService::NewStub(channel);
  }
  return endpoint.stub.get();
}

absl::Status SourceEndpoints::Advance(const absl::Status& failure) {
  if (!IsWorthAnotherWorker(failure) || endpoints_.empty()) return failure;
  Log(Level::kInfo, "source worker does not answer",
      {{"job", order_.job_id()}, {"address", endpoints_[current_].address}, {"reason", failure}});
  const int count = static_cast<int>(endpoints_.size());
  current_ = (current_ + 1) % endpoints_.size();
  if (++tries_ >= kRoundsMax * count) return failure;
  if (tries_ % count != 0) return absl::OkStatus();
  return Pause(BackoffDelay(tries_ / count, kRoundPauseBase, kRoundPauseCap,
                            absl::HashOf(order_.job_id(), order_.epoch())));
}

absl::Status SourceEndpoints::Pause(absl::Duration pause) const {
  for (; pause > absl::ZeroDuration(); pause -= kStopPoll) {
    if (stop_.StopRequested()) return absl::CancelledError("stopped on request");
    absl::SleepFor(std::min(pause, kStopPoll));
  }
  return absl::OkStatus();
}

GrpcSourceRealm::GrpcSourceRealm(const v1::JobOrder& order, const Dial& dial, const StopToken& stop)
    : order_(order), dial_(dial), stop_(stop) {}

SourceEndpoints& GrpcSourceRealm::EndpointsOf(const DatasetName& dataset) {
  const auto found = endpoints_.find(dataset);
  if (found != endpoints_.end()) return found->second;
  return endpoints_.try_emplace(dataset, order_, dataset, dial_, stop_).first->second;
}

absl::StatusOr<SourceDataset> GrpcSourceRealm::Describe(const DatasetName& dataset) {
  v1::DescribeDatasetRequest request;
  request.set_ticket(order_.ticket());
  request.set_dataset(dataset.value());
  ASSIGN_OR_RETURN(
      const v1::DescribeDatasetResponse response,
      CallAny<v1::DescribeDatasetResponse>(
          EndpointsOf(dataset), [&](v1::DataService::Stub& stub, grpc::ClientContext* context,
                                    v1::DescribeDatasetResponse* out) {
            return stub.DescribeDataset(context, request, out);
          }));
  return FromFrame(response);
}

absl::StatusOr<std::unique_ptr<Reader>> GrpcSourceRealm::ReadPages(const DatasetName& dataset,
                                                                   absl::string_view table,
                                                                   const KeyRange& range) {
  using Stream = ResumingStream<v1::ReadPagesResponse>;
  auto open = [order = &order_, dataset, name = std::string(table)](
                  v1::DataService::Stub& stub, grpc::ClientContext& context, const KeyRange& rest) {
    return stub.ReadPages(&context,
                          RangeRequest<v1::ReadPagesRequest>(*order, dataset, name, rest));
  };
  auto last_key = [](const v1::ReadPagesResponse& response) -> const std::string& {
    return response.last_key();
  };
  return std::make_unique<PageReader>(
      std::make_unique<Stream>(EndpointsOf(dataset), range, std::move(open), std::move(last_key)));
}

absl::StatusOr<std::unique_ptr<Digester>> GrpcSourceRealm::ReadDigests(const DatasetName& dataset,
                                                                       absl::string_view table,
                                                                       const KeyRange& range) {
  using Stream = ResumingStream<v1::ReadDigestsResponse>;
  auto open = [order = &order_, dataset, name = std::string(table)](
                  v1::DataService::Stub& stub, grpc::ClientContext& context, const KeyRange& rest) {
    return stub.ReadDigests(&context,
                            RangeRequest<v1::ReadDigestsRequest>(*order, dataset, name, rest));
  };
  auto last_key = [](const v1::ReadDigestsResponse& response) -> const std::string& {
    return response.last();
  };
  return std::make_unique<DigestReader>(
      std::make_unique<Stream>(EndpointsOf(dataset), range, std::move(open), std::move(last_key)));
}

absl::Status GrpcSourceRealm::Seal(const std::vector<DatasetName>& datasets) {
  for (const DatasetName& dataset : datasets) {
    v1::SealDatasetsRequest request;
    request.set_ticket(order_.ticket());
    request.add_datasets(dataset.value());
    const auto sealed = CallAny<v1::SealDatasetsResponse>(
        EndpointsOf(dataset),
        [&](v1::DataService::Stub& stub, grpc::ClientContext* context,
            v1::SealDatasetsResponse* out) { return stub.SealDatasets(context, request, out); });
    RETURN_IF_ERROR(sealed.status());
  }
  return absl::OkStatus();
}

}  // namespace realm::worker
