// A whole worker: the stores of its configuration, the data service, the agent and its stream.

#ifndef REALMSHIFT_WORKER_RPC_WORKER_H_
#define REALMSHIFT_WORKER_RPC_WORKER_H_

#include <grpcpp/server.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "common/http/monitor_port.h"
#include "common/metrics.h"
#include "realm/config/v1/config.pb.h"
#include "worker/agent/agent.h"
#include "worker/agent/job_metrics.h"
#include "worker/agent/thread_executor.h"
#include "worker/job/stores.h"
#include "worker/rpc/attach_client.h"
#include "worker/rpc/channels.h"
#include "worker/rpc/data_service.h"
#include "worker/rpc/ticket.h"

namespace realm::worker {

struct WorkerOptions {
  // In the clear, on this machine only.
  bool insecure = false;
  // Runs one job and ends.
  bool once = false;
};

// Thread safety: Drain and Stop from any thread.
class Worker {
 public:
  // Opens the stores and begins to serve data. `clock` outlives this. INVALID_ARGUMENT,
  // FAILED_PRECONDITION: the configuration does not fit, with what would be right.
  static absl::StatusOr<std::unique_ptr<Worker>> Start(const config::v1::WorkerConfig& config,
                                                       const WorkerOptions& options,
                                                       const Clock& clock);
  ~Worker();

  // Works until drained or stopped. An error: the coordinator refuses this worker, or (once) the
  // job failed.
  absl::Status Run();

  // Jobs stop at their next checkpoint and are handed over; Run returns when that is acknowledged.
  void Drain() { agent_->Drain(); }
  // Run returns soon, whatever is acknowledged.
  void Stop() { attach_->Stop(); }

  // Where health and metrics are served; empty: nowhere.
  std::string monitor_address() const { return monitor_ == nullptr ? "" : monitor_->address(); }

  // HOST:PORT where it serves.
  const std::string& data_address() const { return data_address_; }

 private:
  Worker(Stores stores, TicketChecker tickets, Channels channels);

  absl::Status Serve(const std::string& address);
  absl::Status MakeAgent(const config::v1::WorkerConfig& config, const WorkerOptions& options,
                         const Clock& clock);
  absl::Status Monitor(const config::v1::WorkerConfig& config, const Clock& clock);
  std::string WhyNotReady() const;
  std::unique_ptr<SourceRealm> ReachSource(const v1::JobOrder& order, const StopToken& stop);

  const Stores stores_;
  const TicketChecker tickets_;
  const Channels channels_;
  bool once_ = false;
  Metrics metrics_;
  JobMetrics job_metrics_{&metrics_};
  std::string data_address_;
  std::unique_ptr<DataService> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Agent> agent_;
  std::unique_ptr<AttachClient> attach_;
  // Destroyed first: jobs use everything above.
  std::unique_ptr<ThreadExecutor> executor_;
  std::unique_ptr<MonitorPort> monitor_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_RPC_WORKER_H_
