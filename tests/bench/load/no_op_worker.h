// A worker whose jobs are done when they are ordered, so that what is measured is
// orchestration alone.
#ifndef REALMSHIFT_TESTS_BENCH_LOAD_NO_OP_WORKER_H_
#define REALMSHIFT_TESTS_BENCH_LOAD_NO_OP_WORKER_H_

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "realm/v1/dispatch.grpc.pb.h"

namespace realm::bench {

class NoOpWorker {
 public:
  using Kind = v1::Job::Kind;
  // Called on the stream's thread.
  using Listener = std::function<void(const std::string& tenant, Kind kind)>;

  // `on_order`: a job arrived. `on_durable`: its result is durable.
  NoOpWorker(const std::shared_ptr<grpc::Channel>& channel, const std::string& realm,
             Listener on_order, Listener on_durable);
  ~NoOpWorker();

 private:
  using Told = std::vector<std::pair<std::string, Kind>>;

  void Read();
  void Follow(const v1::AttachResponse& frame, Told* ordered, Told* durable);
  void Write();

  const Listener on_order_;
  const Listener on_durable_;
  const std::unique_ptr<v1::DispatchService::Stub> stub_;
  grpc::ClientContext call_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::AttachRequest, v1::AttachResponse>> stream_;
  v1::AttachRequest frame_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, v1::JobOrder> jobs_;
  uint64_t seen_frame_ = 0;
  bool dirty_ = false;
  bool stopping_ = false;
  std::thread reader_;
  std::thread writer_;
};

}  // namespace realm::bench

#endif  // REALMSHIFT_TESTS_BENCH_LOAD_NO_OP_WORKER_H_
