// The source realm's workers, reached over gRPC.

#ifndef REALMSHIFT_WORKER_RPC_SOURCE_CLIENT_H_
#define REALMSHIFT_WORKER_RPC_SOURCE_CLIENT_H_

#include <grpcpp/channel.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/ids.h"
#include "realm/v1/data.grpc.pb.h"
#include "realm/v1/dispatch.pb.h"
#include "worker/job/job.h"
#include "worker/job/source_realm.h"

namespace realm::worker {

// A channel to a worker of `realm` at `address`.
using Dial = std::function<absl::StatusOr<std::shared_ptr<grpc::Channel>>(
    const std::string& address, const RealmId& realm)>;

// The source-realm workers that an order names for a dataset, tried in its order of preference, one
// after the other, a few times over with growing pauses.
//
// Thread safety: one thread at a time.
class SourceEndpoints {
 public:
  // `order` and `stop` outlive this.
  SourceEndpoints(const v1::JobOrder& order, const DatasetName& dataset, const Dial& dial,
                  const StopToken& stop);

  // The stub to use now.
  absl::StatusOr<v1::DataService::Stub*> Current();
  // To be called when a call through Current() failed with `failure`: OK if another try makes
  // sense, now, perhaps with another worker; else why not. Waits between rounds.
  absl::Status Advance(const absl::Status& failure);
  // To be called when something came through: the tries count from the beginning again.
  void Succeeded() { tries_ = 0; }

  const v1::JobOrder& order() const { return order_; }
  const StopToken& stop() const { return stop_; }

 private:
  struct Endpoint {
    std::string address;
    std::unique_ptr<v1::DataService::Stub> stub;  // Null until it is first used.
  };

  absl::Status Pause(absl::Duration pause) const;

  const v1::JobOrder& order_;
  const DatasetName dataset_;
  const Dial dial_;
  const StopToken& stop_;
  std::vector<Endpoint> endpoints_;
  size_t current_ = 0;
  int tries_ = 0;
};

class GrpcSourceRealm final : public SourceRealm {
 public:
  // `order` and `stop` outlive this and what it returns.
  GrpcSourceRealm(const v1::JobOrder& order, const Dial& dial, const StopToken& stop);

  absl::StatusOr<SourceDataset> Describe(const DatasetName& dataset) override;
  absl::StatusOr<std::unique_ptr<Reader>> ReadPages(const DatasetName& dataset,
                                                    absl::string_view table,
                                                    const KeyRange& range) override;
  absl::StatusOr<std::unique_ptr<Digester>> ReadDigests(const DatasetName& dataset,
                                                        absl::string_view table,
                                                        const KeyRange& range) override;
  // One after the other, each through a worker that serves it: if one fails, those before it are
  // sealed, and to seal them again is no change.
  absl::Status Seal(const std::vector<DatasetName>& datasets) override;

 private:
  SourceEndpoints& EndpointsOf(const DatasetName& dataset);

  const v1::JobOrder& order_;
  const Dial dial_;
  const StopToken& stop_;
  std::map<DatasetName, SourceEndpoints> endpoints_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_RPC_SOURCE_CLIENT_H_
