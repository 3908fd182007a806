#include "tests/bench/load/platform.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/time.h"

#include "common/clock.h"
#include "tests/bench/load/latencies.h"

namespace realm::bench {
namespace {

constexpr int kRegisteringThreads = 32;
constexpr int kReconnectMs = 20;
constexpr int kConnectMs = 5000;
constexpr int64_t kWindowSeconds = 7200;

[[noreturn]] void Die(const char* what, const grpc::Status& status) {
  fprintf(stderr, "bench_load: %s failed: %s\n", what, status.error_message().c_str());
  _exit(1);
}

template <typename Request, typename Response>
struct Call {
  grpc::ClientContext context;
  Request request;
  Response response;
  Clock::time_point sent = Clock::now();

  std::function<void(grpc::Status)> Ended(const char* what, Platform::Then then) {
    return [this, what, then = std::move(then)](const grpc::Status& status) {
      const std::unique_ptr<Call> owned(this);
      if (!status.ok()) Die(what, status);
      if (then) then(MillisSince(sent));
    };
  }
};

template <typename Request, typename Response>
Call<Request, Response>* NewHook(const std::string& tenant) {
  auto* call = new Call<Request, Response>();
  v1::HookOrigin* origin = call->request.mutable_origin();
  origin->set_app_id("bench");
  origin->set_tenant_id(tenant);
  origin->set_migration_id("1");
  origin->set_platform("forge");
  return call;
}

v1::MigrationRef RefOf(const std::string& tenant) {
  v1::MigrationRef ref;
  ref.set_app_id("bench");
  ref.set_tenant_id(tenant);
  ref.set_migration_id("1");
  return ref;
}

}  // namespace

std::shared_ptr<grpc::Channel> ChannelTo(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  // The shortest that an attempt may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMs);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

Platform::Platform(const std::shared_ptr<grpc::Channel>& channel)
    : hooks_(v1::HookService::NewStub(channel)),
      directory_(v1::DirectoryService::NewStub(channel)) {}

void Platform::Register(const std::string& prefix, int count) {
  std::atomic<int> next{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kRegisteringThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = next++; i < count; i = next++) {
        v1::RegisterInstallationRequest request;
        request.mutable_installation()->set_app_id("bench");
        request.mutable_installation()->set_tenant_id(prefix + std::to_string(i));
        request.set_realm("US");
        v1::RegisterInstallationResponse response;
        grpc::ClientContext call;
        const grpc::Status done = directory_->RegisterInstallation(&call, request, &response);
        if (!done.ok()) Die("register", done);
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
}

void Platform::Schedule(const std::string& tenant, Then then) {
  auto* call = NewHook<v1::ScheduleMigrationRequest, v1::ScheduleMigrationResponse>(tenant);
  v1::HookBody* body = call->request.mutable_body();
  body->set_location("EU");
  const int64_t now = absl::ToUnixSeconds(SystemClock().Now());
  body->mutable_start_time()->set_seconds(now);
  body->mutable_end_time()->set_seconds(now + kWindowSeconds);
  hooks_->async()->ScheduleMigration(&call->context, &call->request, &call->response,
                                     call->Ended("schedule", std::move(then)));
}

void Platform::Start(const std::string& tenant, Then then) {
  auto* call = NewHook<v1::StartMigrationRequest, v1::StartMigrationResponse>(tenant);
  hooks_->async()->StartMigration(&call->context, &call->request, &call->response,
                                  call->Ended("start", std::move(then)));
}

void Platform::Commit(const std::string& tenant, Then then) {
  auto* call = NewHook<v1::CommitMigrationRequest, v1::CommitMigrationResponse>(tenant);
  hooks_->async()->CommitMigration(&call->context, &call->request, &call->response,
                                   call->Ended("commit", std::move(then)));
}

void Platform::ReportTraffic(const std::string& tenant) {
  auto* call = new Call<v1::ReportTenantTrafficRequest, v1::ReportTenantTrafficResponse>();
  call->request.set_app_id("bench");
  call->request.set_tenant_id(tenant);
  call->request.set_realm("EU");
  call->request.set_via("request");
  hooks_->async()->ReportTenantTraffic(&call->context, &call->request, &call->response,
                                       call->Ended("traffic", nullptr));
}

void Platform::AskStatus(const std::string& tenant, Then then) {
  auto* call = new Call<v1::GetMigrationStatusRequest, v1::GetMigrationStatusResponse>();
  *call->request.mutable_ref() = RefOf(tenant);
  hooks_->async()->GetMigrationStatus(&call->context, &call->request, &call->response,
                                      call->Ended("status", std::move(then)));
}

std::string Platform::StatusNow(const std::string& tenant) {
  grpc::ClientContext call;
  call.set_wait_for_ready(true);
  v1::GetMigrationStatusRequest request;
  *request.mutable_ref() = RefOf(tenant);
  v1::GetMigrationStatusResponse response;
  const grpc::Status status = hooks_->GetMigrationStatus(&call, request, &response);
  return status.ok() ? response.status() : std::string();
}

}  // namespace realm::bench
