// A coordinator, a worker for each of two realms and their stores, all in this
// process and talking over loopback: quick enough to run under sanitizers.
#ifndef REALMSHIFT_TESTS_SYSTEM_ONE_PROCESS_SYSTEM_H_
#define REALMSHIFT_TESTS_SYSTEM_ONE_PROCESS_SYSTEM_H_

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"

#include "common/clock.h"
#include "common/http/monitor_port.h"
#include "common/signing.h"
#include "coordinator/engine/engine.h"
#include "coordinator/rpc/coordinator_metrics.h"
#include "coordinator/rpc/server.h"
#include "coordinator/store/store.h"
#include "realm/v1/admin.grpc.pb.h"
#include "realm/v1/directory.grpc.pb.h"
#include "realm/v1/hooks.grpc.pb.h"
#include "worker/connector/embedded_store.h"
#include "worker/rpc/worker.h"

namespace realm {

class OneProcessSystem {
 public:
  enum class Workers { kOneInARealm, kOneForEachDataset };

  explicit OneProcessSystem(Workers workers = Workers::kOneInARealm);
  ~OneProcessSystem();

  // Stops and starts the coordinator over the same store.
  void RestartCoordinator();
  // Of the coordinator's gRPC, and of where it and the worker in US serve their metrics.
  const std::string& address() const { return address_; }
  std::string monitor_address() const { return monitor_->address(); }
  std::string worker_monitor_address() const { return workers_.at("US").worker->monitor_address(); }
  void StartWorker(const std::string& id, const std::string& realm,
                   const std::vector<std::string>& datasets);
  // By `id`: the realm's code when there is one in a realm.
  void StopWorker(const std::string& id);

  worker::EmbeddedStore& StoreOf(const std::string& realm, const std::string& dataset);

  void Install(const std::string& tenant, const std::string& realm);
  // Each answers the status word, or "CODE reason".
  std::string Schedule(const std::string& tenant, const std::string& migration,
                       const std::string& location);
  std::string Start(const std::string& tenant, const std::string& migration);
  std::string Commit(const std::string& tenant, const std::string& migration);
  std::string Rollback(const std::string& tenant, const std::string& migration);
  void Traffic(const std::string& tenant, const std::string& realm);

  v1::Migration Get(const std::string& tenant, const std::string& migration);
  // Attached ones, as an operator sees them.
  int CountWorkers();
  v1::Tenant Lookup(const std::string& tenant);
  // Waits until the migration's state is `state`; fails the test after a generous time.
  v1::Migration Await(const std::string& tenant, const std::string& migration,
                      v1::Migration::State state);

 private:
  struct RunningWorker {
    std::unique_ptr<worker::Worker> worker;
    std::thread thread;
  };

  void StartCoordinator();
  std::string Folder(const std::string& realm, const std::string& dataset) const;
  template <typename Request>
  Request HookRequest(const std::string& tenant, const std::string& migration) const;

  const std::string folder_;
  const SystemClock clock_;
  SystemClock engine_clock_;
  const SigningKey ticket_key_ = SigningKey::Generate();
  std::string address_ = "127.0.0.1:0";
  std::unique_ptr<coordinator::Store> store_;
  std::unique_ptr<coordinator::CoordinatorMetrics> metrics_;
  std::unique_ptr<coordinator::Engine> engine_;
  std::unique_ptr<MonitorPort> monitor_;
  std::unique_ptr<coordinator::Server> server_;
  std::map<std::string, RunningWorker> workers_;
  std::map<std::string, std::unique_ptr<worker::EmbeddedStore>> stores_;
  std::unique_ptr<v1::HookService::Stub> hooks_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
  std::unique_ptr<v1::DirectoryService::Stub> directory_;
  absl::Time window_start_;
};

}  // namespace realm

#endif  // REALMSHIFT_TESTS_SYSTEM_ONE_PROCESS_SYSTEM_H_
