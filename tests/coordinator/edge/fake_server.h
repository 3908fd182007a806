// A coordinator's gRPC side for tests of the edge's: real server, made-up answers.

#ifndef REALMSHIFT_TESTS_COORDINATOR_EDGE_FAKE_SERVER_H_
#define REALMSHIFT_TESTS_COORDINATOR_EDGE_FAKE_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

#include "common/check.h"
#include "common/clock.h"
#include "realm/v1/admin.grpc.pb.h"
#include "realm/v1/directory.grpc.pb.h"
#include "realm/v1/hooks.grpc.pb.h"

namespace realm::edge {

// Thread safety: any thread may call any method of these.
class FakeHooks final : public v1::HookService::Service {
 public:
  grpc::Status answer;
  // Calls are not answered before this says so, or the caller gives up.
  std::atomic<bool> hangs = false;

  // The names of all calls so far, and what the last one carried.
  std::vector<std::string> Calls() {
    absl::MutexLock lock(&mutex_);
    return calls_;
  }
  v1::HookOrigin Origin() {
    absl::MutexLock lock(&mutex_);
    return origin_;
  }
  v1::HookBody Body() {
    absl::MutexLock lock(&mutex_);
    return body_;
  }

  grpc::Status ScheduleMigration(grpc::ServerContext* context,
                                 const v1::ScheduleMigrationRequest* request,
                                 v1::ScheduleMigrationResponse* response) override {
    return Answer(context, "schedule", *request, response);
  }
  grpc::Status StartMigration(grpc::ServerContext* context,
                              const v1::StartMigrationRequest* request,
                              v1::StartMigrationResponse* response) override {
    return Answer(context, "start", *request, response);
  }
  grpc::Status CommitMigration(grpc::ServerContext* context,
                               const v1::CommitMigrationRequest* request,
                               v1::CommitMigrationResponse* response) override {
    return Answer(context, "commit", *request, response);
  }
  grpc::Status RollbackMigration(grpc::ServerContext* context,
                                 const v1::RollbackMigrationRequest* request,
                                 v1::RollbackMigrationResponse* response) override {
    return Answer(context, "rollback", *request, response);
  }
  grpc::Status GetMigrationStatus(grpc::ServerContext*,
                                  const v1::GetMigrationStatusRequest* request,
                                  v1::GetMigrationStatusResponse* response) override {
    response->set_status(request->ref().migration_id());
    return answer;
  }
  grpc::Status ReportTenantTraffic(grpc::ServerContext*, const v1::ReportTenantTrafficRequest*,
                                   v1::ReportTenantTrafficResponse* response) override {
    response->set_recorded(true);
    return answer;
  }

 private:
  template <typename Request, typename Response>
  grpc::Status Answer(grpc::ServerContext* context, const std::string& name, const Request& request,
                      Response* response) {
    absl::MutexLock lock(&mutex_);
    // Nobody wakes it: whether the caller has given up can only be asked.
    const auto never = [] { return false; };
    while (hangs && !context->IsCancelled()) {
      mutex_.AwaitWithTimeout(absl::Condition(&never), absl::Milliseconds(5));
    }
    calls_.push_back(name);
    origin_ = request.origin();
    body_ = request.body();
    *response->mutable_answer()->mutable_ref() = v1::MigrationRef();
    response->mutable_answer()->set_status(name);
    return answer;
  }

  absl::Mutex mutex_;
  std::vector<std::string> calls_ ABSL_GUARDED_BY(mutex_);
  v1::HookOrigin origin_ ABSL_GUARDED_BY(mutex_);
  v1::HookBody body_ ABSL_GUARDED_BY(mutex_);
};

// Sends the same snapshot to everyone who watches, then whatever is pushed, until it stops.
template <typename Message>
class FakeStream {
 public:
  void Push(const Message& message) {
    absl::MutexLock lock(&mutex_);
    messages_.push_back(message);
  }
  void Clear() {
    absl::MutexLock lock(&mutex_);
    messages_.clear();
  }
  // Ends the streams that are open; new ones are served again.
  void Break() {
    absl::MutexLock lock(&mutex_);
    ++generation_;
  }
  grpc::Status Serve(grpc::ServerContext* context, grpc::ServerWriter<Message>* writer) {
    size_t sent = 0;
    absl::MutexLock lock(&mutex_);
    const int generation = generation_;
    const auto changed = [&] { return sent < messages_.size() || generation != generation_; };
    while (!context->IsCancelled() && generation == generation_) {
      while (sent < messages_.size())
        writer->Write(messages_[sent++]);
      mutex_.AwaitWithTimeout(absl::Condition(&changed), absl::Milliseconds(5));
    }
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the stream ends");
  }

 private:
  absl::Mutex mutex_;
  std::vector<Message> messages_;
  int generation_ = 0;
};

class FakeAdmin final : public v1::AdminService::Service {
 public:
  FakeStream<v1::WatchMigrationsResponse> migrations;

  grpc::Status WatchMigrations(grpc::ServerContext* context, const v1::WatchMigrationsRequest*,
                               grpc::ServerWriter<v1::WatchMigrationsResponse>* writer) override {
    return migrations.Serve(context, writer);
  }
};

class FakeDirectory final : public v1::DirectoryService::Service {
 public:
  grpc::Status answer;
  FakeStream<v1::WatchInstallationsResponse> installations;
  FakeStream<v1::WatchTenantsResponse> tenants;

  grpc::Status LookupTenant(grpc::ServerContext*, const v1::LookupTenantRequest* request,
                            v1::LookupTenantResponse* response) override {
    response->mutable_tenant()->set_tenant_id(request->tenant_id());
    return answer;
  }
  grpc::Status RegisterInstallation(grpc::ServerContext*,
                                    const v1::RegisterInstallationRequest* request,
                                    v1::RegisterInstallationResponse* response) override {
    response->set_rule(request->realm());
    return answer;
  }
  grpc::Status UnregisterInstallation(grpc::ServerContext*,
                                      const v1::UnregisterInstallationRequest* request,
                                      v1::UnregisterInstallationResponse* response) override {
    response->mutable_tenant()->set_tenant_id(request->tenant_id());
    return answer;
  }
  grpc::Status WatchInstallations(
      grpc::ServerContext* context, const v1::WatchInstallationsRequest*,
      grpc::ServerWriter<v1::WatchInstallationsResponse>* writer) override {
    return installations.Serve(context, writer);
  }
  grpc::Status WatchTenants(grpc::ServerContext* context, const v1::WatchTenantsRequest*,
                            grpc::ServerWriter<v1::WatchTenantsResponse>* writer) override {
    return tenants.Serve(context, writer);
  }
};

class FakeServer {
 public:
  ~FakeServer() { Stop(); }

  // Begins to listen, on the same port as before.
  void Start() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(absl::StrCat("127.0.0.1:", port_), grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(&hooks);
    builder.RegisterService(&admin);
    builder.RegisterService(&directory);
    server_ = builder.BuildAndStart();
    REALM_CHECK(server_ != nullptr && port_ != 0);
  }
  void Stop() {
    if (server_ == nullptr) return;
    admin.migrations.Break();
    directory.installations.Break();
    directory.tenants.Break();
    server_->Shutdown(absl::ToChronoTime(SystemClock().Now()));
    server_.reset();
  }

  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

  FakeHooks hooks;
  FakeAdmin admin;
  FakeDirectory directory;

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_TESTS_COORDINATOR_EDGE_FAKE_SERVER_H_
