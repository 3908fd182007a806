// The reference: what the same calls cost when nothing is added. A bare gRPC
// server that speaks HookService and DispatchService, writes each change into
// RocksDB (one synced batch for all that wait) and pushes jobs to the worker of
// their realm. It has no leases, retries, checks, authorization, audit or errors:
// it is a limit, not a product.
//
//   bench_floor ADDRESS FOLDER
#include <grpcpp/grpcpp.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <condition_variable>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "realm/v1/directory.grpc.pb.h"
#include "realm/v1/dispatch.grpc.pb.h"
#include "realm/v1/hooks.grpc.pb.h"

namespace {

namespace v1 = ::realm::v1;

// What a row of the product weighs while a copy is under way.
constexpr size_t kRowBytes = 600;

class Committer {
 public:
  explicit Committer(const std::string& folder) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.compression = rocksdb::kNoCompression;
    const rocksdb::Status status = rocksdb::DB::Open(options, folder, &db_);
    if (!status.ok()) {
      fprintf(stderr, "%s\n", status.ToString().c_str());
      exit(1);
    }
    std::thread([this] { Run(); }).detach();
  }

  void Put(std::string key, std::function<void()> done) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      waiting_.emplace_back(std::move(key), std::move(done));
    }
    wake_.notify_one();
  }

 private:
  void Run() {
    const std::string value(kRowBytes, 'x');
    rocksdb::WriteOptions synced;
    synced.sync = true;
    std::vector<std::pair<std::string, std::function<void()>>> taken;
    for (;;) {
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [this] { return !waiting_.empty(); });
        taken.swap(waiting_);
      }
      rocksdb::WriteBatch batch;
      for (const auto& item : taken)
        batch.Put(item.first, value);
      db_->Write(synced, &batch);
      for (const auto& item : taken)
        item.second();
      taken.clear();
    }
  }

  rocksdb::DB* db_ = nullptr;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::pair<std::string, std::function<void()>>> waiting_;
};

using Reactor = grpc::ServerBidiReactor<v1::AttachRequest, v1::AttachResponse>;

// A worker's stream: each frame lists the jobs that are not done yet.
class Stream final : public Reactor {
 public:
  Stream(Committer* committer, std::map<std::string, Stream*>* by_realm, std::mutex* registry)
      : committer_(committer), by_realm_(by_realm), registry_(registry) {
    StartRead(&in_);
  }

  void Push(const v1::JobOrder& order) {
    const std::lock_guard<std::mutex> lock(mutex_);
    jobs_[order.job_id()] = order;
    dirty_ = true;
    Pump();
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status::OK);
      return;
    }
    if (realm_.empty()) {
      realm_ = in_.realm();
      const std::lock_guard<std::mutex> lock(*registry_);
      (*by_realm_)[realm_] = this;
    }
    for (const v1::JobReport& report : in_.jobs()) {
      const std::string id = report.job_id();
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!writing_down_.insert(id).second) continue;
      }
      committer_->Put(id, [this, id] { Settle(id); });
    }
    in_.Clear();
    StartRead(&in_);
  }
  void OnWriteDone(bool ok) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    busy_ = false;
    if (ok) Pump();
  }
  void OnDone() override {}

 private:
  void Settle(const std::string& id) {
    const std::lock_guard<std::mutex> lock(mutex_);
    jobs_.erase(id);
    dirty_ = true;
    Pump();
  }

  void Pump() {
    if (busy_ || !dirty_) return;
    out_.Clear();
    out_.set_frame(++frame_);
    for (auto& [id, order] : jobs_) {
      *out_.add_jobs() = order;
      // As the product does: spelled out once.
      v1::JobOrder known;
      known.set_job_id(id);
      known.set_known(true);
      order = known;
    }
    dirty_ = false;
    busy_ = true;
    StartWrite(&out_);
  }

  Committer* const committer_;
  std::map<std::string, Stream*>* const by_realm_;
  std::mutex* const registry_;
  std::string realm_;
  std::mutex mutex_;
  std::map<std::string, v1::JobOrder> jobs_;
  std::set<std::string> writing_down_;
  bool busy_ = false;
  bool dirty_ = false;
  uint64_t frame_ = 0;
  v1::AttachRequest in_;
  v1::AttachResponse out_;
};

class Dispatch final : public v1::DispatchService::CallbackService {
 public:
  explicit Dispatch(Committer* committer) : committer_(committer) {}
  Reactor* Attach(grpc::CallbackServerContext*) override {
    return new Stream(committer_, &by_realm_, &mutex_);
  }
  void Push(const std::string& realm, const v1::JobOrder& order) {
    Stream* stream = nullptr;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stream = by_realm_[realm];
    }
    if (stream != nullptr) stream->Push(order);
  }

 private:
  Committer* const committer_;
  std::mutex mutex_;
  std::map<std::string, Stream*> by_realm_;
};

class Hooks final : public v1::HookService::CallbackService {
 public:
  Hooks(Committer* committer, Dispatch* dispatch) : committer_(committer), dispatch_(dispatch) {}

  grpc::ServerUnaryReactor* ScheduleMigration(grpc::CallbackServerContext* call,
                                              const v1::ScheduleMigrationRequest* request,
                                              v1::ScheduleMigrationResponse* response) override {
    return Run(call, request->origin(), "scheduled", response->mutable_answer(), "", v1::Job());
  }
  grpc::ServerUnaryReactor* StartMigration(grpc::CallbackServerContext* call,
                                           const v1::StartMigrationRequest* request,
                                           v1::StartMigrationResponse* response) override {
    v1::Job job;
    job.set_kind(v1::Job::KIND_COPY);
    return Run(call, request->origin(), "copying", response->mutable_answer(), "EU", job);
  }
  grpc::ServerUnaryReactor* CommitMigration(grpc::CallbackServerContext* call,
                                            const v1::CommitMigrationRequest* request,
                                            v1::CommitMigrationResponse* response) override {
    v1::Job job;
    job.set_kind(v1::Job::KIND_PURGE);
    return Run(call, request->origin(), "committing", response->mutable_answer(), "US", job);
  }
  grpc::ServerUnaryReactor* GetMigrationStatus(grpc::CallbackServerContext* call,
                                               const v1::GetMigrationStatusRequest*,
                                               v1::GetMigrationStatusResponse* response) override {
    response->set_status("copying");
    grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* call, const v1::HookOrigin& origin,
                                const char* status, v1::HookAnswer* answer,
                                const std::string& realm, const v1::Job& job) {
    grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      states_[origin.tenant_id()] = status;
    }
    answer->set_status(status);
    v1::JobOrder order;
    order.set_job_id(origin.tenant_id() + (job.kind() == v1::Job::KIND_COPY ? "-1" : "-2"));
    order.set_kind(job.kind());
    order.mutable_ref()->set_tenant_id(origin.tenant_id());
    committer_->Put(origin.tenant_id(), [this, reactor, realm, order] {
      reactor->Finish(grpc::Status::OK);
      if (!realm.empty()) dispatch_->Push(realm, order);
    });
    return reactor;
  }

  Committer* const committer_;
  Dispatch* const dispatch_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::string> states_;
};

class Directory final : public v1::DirectoryService::CallbackService {
 public:
  grpc::ServerUnaryReactor* RegisterInstallation(grpc::CallbackServerContext* call,
                                                 const v1::RegisterInstallationRequest*,
                                                 v1::RegisterInstallationResponse*) override {
    grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: bench_floor ADDRESS FOLDER\n");
    return 2;
  }
  Committer committer(argv[2]);
  Dispatch dispatch(&committer);
  Hooks hooks(&committer, &dispatch);
  Directory directory;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(argv[1], grpc::InsecureServerCredentials());
  for (grpc::Service* service :
       {static_cast<grpc::Service*>(&hooks), static_cast<grpc::Service*>(&dispatch),
        static_cast<grpc::Service*>(&directory)}) {
    builder.RegisterService(service);
  }
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  server->Wait();
}
