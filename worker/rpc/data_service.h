// Serves this realm's data to workers of the target realm that hold a ticket.

#ifndef REALMSHIFT_WORKER_RPC_DATA_SERVICE_H_
#define REALMSHIFT_WORKER_RPC_DATA_SERVICE_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/sync_stream.h>

#include <atomic>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "realm/v1/data.grpc.pb.h"
#include "worker/job/stores.h"
#include "worker/rpc/ticket.h"

namespace realm::worker {

// Each call runs in a thread of the gRPC server, each stream in one more that reads the store
// ahead; both are bounded by `streams_max`.
//
// Thread safety: any thread.
class DataService final : public v1::DataService::Service {
 public:
  struct Options {
    // Without TLS there is no caller to compare with a ticket's holder.
    bool insecure = false;
    int streams_max = 64;
  };

  // `stores` and `tickets` outlive this.
  DataService(const Stores& stores, const TicketChecker& tickets, Options options);

  grpc::Status DescribeDataset(grpc::ServerContext* context,
                               const v1::DescribeDatasetRequest* request,
                               v1::DescribeDatasetResponse* response) override;
  grpc::Status ReadPages(grpc::ServerContext* context, const v1::ReadPagesRequest* request,
                         grpc::ServerWriter<v1::ReadPagesResponse>* writer) override;
  grpc::Status ReadDigests(grpc::ServerContext* context, const v1::ReadDigestsRequest* request,
                           grpc::ServerWriter<v1::ReadDigestsResponse>* writer) override;
  grpc::Status SealDatasets(grpc::ServerContext* context, const v1::SealDatasetsRequest* request,
                            v1::SealDatasetsResponse* response) override;

 private:
  // A dataset that a caller may read.
  struct Reading {
    v1::Ticket ticket;
    Dataset* dataset = nullptr;
    std::unique_ptr<Connector> connector;
  };

  absl::StatusOr<v1::Ticket> CheckTicket(const grpc::ServerContext& context,
                                         const std::string& ticket, Verb verb,
                                         const std::vector<std::string>& datasets) const;
  absl::StatusOr<Reading> OpenDataset(const grpc::ServerContext& context, const std::string& ticket,
                                      const std::string& dataset) const;
  absl::Status Describe(const grpc::ServerContext& context,
                        const v1::DescribeDatasetRequest& request,
                        v1::DescribeDatasetResponse& response) const;
  absl::Status SendPages(const grpc::ServerContext& context, const v1::ReadPagesRequest& request,
                         grpc::ServerWriter<v1::ReadPagesResponse>& writer) const;
  absl::Status SendDigests(const grpc::ServerContext& context,
                           const v1::ReadDigestsRequest& request,
                           grpc::ServerWriter<v1::ReadDigestsResponse>& writer) const;
  absl::Status Seal(const grpc::ServerContext& context,
                    const v1::SealDatasetsRequest& request) const;

  const Stores& stores_;
  const TicketChecker& tickets_;
  const Options options_;
  std::atomic<int> streams_{0};
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_RPC_DATA_SERVICE_H_
