// The platform's calls: hooks, status, what an edge reports. Each is sent at once and tells its
// end on a thread of gRPC's. A call that fails ends the program: a benchmark of errors is none.
#ifndef REALMSHIFT_TESTS_BENCH_LOAD_PLATFORM_H_
#define REALMSHIFT_TESTS_BENCH_LOAD_PLATFORM_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>

#include "realm/v1/directory.grpc.pb.h"
#include "realm/v1/hooks.grpc.pb.h"

namespace realm::bench {

// To `address` in the clear; finds a server that comes back within milliseconds.
std::shared_ptr<grpc::Channel> ChannelTo(const std::string& address);

// Every tenant's migration is called "1" and goes from US to EU.
class Platform {
 public:
  explicit Platform(const std::shared_ptr<grpc::Channel>& channel);

  // Installs `count` tenants; returns when all are known.
  void Register(const std::string& prefix, int count);

  using Then = std::function<void(double millis)>;
  void Schedule(const std::string& tenant, Then then);
  void Start(const std::string& tenant, Then then);
  void Commit(const std::string& tenant, Then then);
  void ReportTraffic(const std::string& tenant);
  void AskStatus(const std::string& tenant, Then then);

  // Waits for the server and its answer; empty when that is an error.
  std::string StatusNow(const std::string& tenant);

 private:
  const std::unique_ptr<v1::HookService::Stub> hooks_;
  const std::unique_ptr<v1::DirectoryService::Stub> directory_;
};

}  // namespace realm::bench

#endif  // REALMSHIFT_TESTS_BENCH_LOAD_PLATFORM_H_
