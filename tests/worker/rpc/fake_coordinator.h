// The coordinator's end of Attach, with a test in its place. Stands in for realm-coordinator where
// a test is about the worker.

#ifndef REALMSHIFT_TESTS_WORKER_RPC_FAKE_COORDINATOR_H_
#define REALMSHIFT_TESTS_WORKER_RPC_FAKE_COORDINATOR_H_

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "common/check.h"
#include "realm/v1/dispatch.grpc.pb.h"
#include "tests/support/eventually.h"

namespace realm::worker {

// Answers each worker frame with the set of orders that the test has given for that worker.
//
// Thread safety: any thread.
class FakeCoordinator final : public v1::DispatchService::Service {
 public:
  explicit FakeCoordinator(
      std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials())
      : credentials_(std::move(credentials)) {
    Start();
  }
  ~FakeCoordinator() override { Kill(); }

  void Start() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(port_ == 0 ? "127.0.0.1:0" : address(), credentials_, &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    REALM_CHECK(server_ != nullptr && port_ != 0);
  }
  void Kill() { server_->Shutdown(absl::ToChronoTime(absl::UnixEpoch())); }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

  // What `worker` is told to run from its next frame on.
  void Order(const std::string& worker, std::vector<v1::JobOrder> orders) {
    absl::MutexLock lock(&mutex_);
    orders_[worker] = std::move(orders);
  }
  void Drain(bool drain) {
    absl::MutexLock lock(&mutex_);
    drain_ = drain;
  }
  // Ends every stream with this from its next frame on.
  void Refuse(std::optional<grpc::Status> status) {
    absl::MutexLock lock(&mutex_);
    refusal_ = std::move(status);
  }

  // The last frame of `worker`; an empty one if there is none.
  v1::AttachRequest LastFrame(const std::string& worker) const {
    absl::MutexLock lock(&mutex_);
    const auto found = frames_.find(worker);
    return found == frames_.end() ? v1::AttachRequest() : found->second;
  }
  int streams() const {
    absl::MutexLock lock(&mutex_);
    return streams_;
  }

  // Waits until `worker` reports an end of the job, and takes the order back.
  v1::JobReport AwaitEnd(const std::string& worker, const std::string& job_id) {
    v1::JobReport report;
    const bool ended = Eventually([&] {
      const v1::AttachRequest frame = LastFrame(worker);
      for (const v1::JobReport& job : frame.jobs()) {
        if (job.job_id() == job_id) report = job;
      }
      return report.state() > v1::JobReport::STATE_RUNNING;
    });
    REALM_CHECK(ended, job_id, " is ", report.ShortDebugString());
    Order(worker, {});
    return report;
  }

  grpc::Status Attach(
      grpc::ServerContext* /*context*/,
      grpc::ServerReaderWriter<v1::AttachResponse, v1::AttachRequest>* stream) override {
    {
      absl::MutexLock lock(&mutex_);
      ++streams_;
    }
    v1::AttachRequest frame;
    for (uint64_t count = 1; stream->Read(&frame); ++count) {
      v1::AttachResponse answer;
      {
        absl::MutexLock lock(&mutex_);
        frames_[frame.worker_id()] = frame;
        if (refusal_.has_value()) return *refusal_;
        for (const v1::JobOrder& order : orders_[frame.worker_id()])
          *answer.add_jobs() = order;
        if (drain_) answer.mutable_drain_order()->set_reason("test");
      }
      answer.mutable_lease()->set_seconds(15);
      answer.mutable_frame_period()->set_nanos(20'000'000);
      answer.set_frame(count);
      stream->Write(answer);
    }
    return grpc::Status::OK;
  }

 private:
  const std::shared_ptr<grpc::ServerCredentials> credentials_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  mutable absl::Mutex mutex_;
  std::map<std::string, std::vector<v1::JobOrder>> orders_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, v1::AttachRequest> frames_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> refusal_ ABSL_GUARDED_BY(mutex_);
  bool drain_ ABSL_GUARDED_BY(mutex_) = false;
  int streams_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_TESTS_WORKER_RPC_FAKE_COORDINATOR_H_
