// Shows whether ThreadSanitizer sees into what gRPC calls: `race` has a data race on purpose
// between two calls that a server answers at once, and under it this program must be told so.
// `lock` is the same with the race closed, and nothing may be said, of gRPC neither.

#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

#include "realm/v1/hooks.grpc.pb.h"

namespace {

using ::realm::v1::GetMigrationStatusRequest;
using ::realm::v1::GetMigrationStatusResponse;
using ::realm::v1::HookService;

constexpr int kClients = 4;
constexpr int kCallsOfEach = 200;

// Counts its calls.
class CountingService : public HookService::CallbackService {
 public:
  explicit CountingService(bool locked) : locked_(locked) {}

  grpc::ServerUnaryReactor* GetMigrationStatus(grpc::CallbackServerContext* context,
                                               const GetMigrationStatusRequest*,
                                               GetMigrationStatusResponse*) override {
    if (locked_) {
      absl::MutexLock lock(&mutex_);
      Increment();
    } else {
      Increment();
    }
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  // For when all have been answered.
  int count() const ABSL_NO_THREAD_SAFETY_ANALYSIS { return count_; }

 private:
  void Increment() ABSL_NO_THREAD_SAFETY_ANALYSIS { ++count_; }

  const bool locked_;
  absl::Mutex mutex_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Each over a connection of its own. Returns how many calls were answered.
int CallMany(const std::string& address, int client) {
  grpc::ChannelArguments arguments;
  arguments.SetInt("client", client);  // Channels with equal arguments share a connection.
  const auto stub = HookService::NewStub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  int answered = 0;
  for (int i = 0; i < kCallsOfEach; ++i) {
    grpc::ClientContext context;
    GetMigrationStatusResponse response;
    answered += stub->GetMigrationStatus(&context, GetMigrationStatusRequest(), &response).ok();
  }
  return answered;
}

}  // namespace

int main(int argc, char** argv) {
  const bool locked = argc > 1 && std::strcmp(argv[1], "lock") == 0;
  if (!locked && (argc < 2 || std::strcmp(argv[1], "race") != 0)) {
    std::fputs("tsan_grpc_canary race|lock\n", stderr);
    return 2;
  }
  CountingService service(locked);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::vector<int> answered(kClients);
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i)
    clients.emplace_back([&, i] { answered[i] = CallMany(absl::StrCat("127.0.0.1:", port), i); });
  for (std::thread& client : clients)
    client.join();
  server->Shutdown();
  for (const int count : answered)
    if (count != kCallsOfEach) return 1;
  return !locked || service.count() == kClients * kCallsOfEach ? 0 : 1;
}
