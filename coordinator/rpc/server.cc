#include "coordinator/rpc/server.h"

#include <grpc/support/time.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/codegen/service_type.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/limits.h"
#include "common/status_macros.h"
#include "coordinator/rpc/authorization.h"
#include "coordinator/rpc/dispatch_service.h"
#include "coordinator/rpc/services.h"

namespace realm::coordinator {
namespace {

constexpr int kMaxStreamsPerConnection = 1024;
// Certificates that were exchanged reach long connections after this.
constexpr int kConnectionAgeMs = 60 * 60 * 1000;
constexpr int kKeepaliveMs = 20 * 1000;
// Workers and edges ping their quiet streams; more often than this is abuse.
constexpr int kPingIntervalMinMs = 5 * 1000;
constexpr int kMetadataBytesMax = 8 * 1024;

// Merely linking the reflection library adds its service to every server, and with it a pool of
// threads that poll beside gRPC's own.
class WithoutReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    const auto is_reflection = [](const std::unique_ptr<grpc::ServerBuilderPlugin>& plugin) {
      return dynamic_cast<grpc::reflection::ProtoServerReflectionPlugin*>(plugin.get()) != nullptr;
    };
    plugins->erase(std::remove_if(plugins->begin(), plugins->end(), is_reflection), plugins->end());
  }
};

std::string HostOf(const std::string& address) {
  return address.substr(0, address.rfind(':'));
}

class ServerImpl final : public Server {
 public:
  ServerImpl(Engine* engine, const SigningKey* ticket_key, const ServerOptions& options)
      : authorizer_(!options.tls.has_value()), probes_anywhere_(options.tls.has_value()) {
    services_.push_back(MakeHookService(engine, &authorizer_, options.hook_metrics));
    services_.push_back(MakeAdminService(engine, &authorizer_, options.job_rates));
    services_.push_back(MakeDirectoryService(engine, &authorizer_));
    services_.push_back(MakeDispatchService(engine, &authorizer_, ticket_key));
  }

  ~ServerImpl() override { Shutdown(absl::ZeroDuration()); }

  std::string address() const override { return address_; }

  void Shutdown(absl::Duration grace) override {
    for (auto* server : {main_.get(), health_.get()}) {
      if (server == nullptr) continue;
      SetServing(server, false);
      server->Shutdown(gpr_time_from_millis(absl::ToInt64Milliseconds(grace), GPR_TIMESPAN));
    }
    main_.reset();
    health_.reset();
  }

  absl::Status Listen(const ServerOptions& options) {
    ASSIGN_OR_RETURN(const auto credentials, options.tls
                                                 ? MakeServerCredentials(*options.tls)
                                                 : MakeInsecureServerCredentials(options.address));
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    if (!options.reflection) builder.SetOption(std::make_unique<WithoutReflection>());
    int port = 0;
    builder.AddListeningPort(options.address, credentials, &port);
    for (const auto& service : services_)
      builder.RegisterService(service.get());
    builder.SetMaxReceiveMessageSize(kGrpcMessageBytesMax);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kConnectionAgeMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               kPingIntervalMinMs);
    builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);  // Counts every message; unused.
    main_ = builder.BuildAndStart();
    if (main_ == nullptr || port == 0) {
      return absl::UnavailableError(absl::StrCat("cannot listen on ", options.address));
    }
    address_ = absl::StrCat(HostOf(options.address), ":", port);
    SetServing(main_.get(), true);
    return ListenForProbes(options.health_address);
  }

 private:
  absl::Status ListenForProbes(const std::string& address) {
    if (address.empty()) return absl::OkStatus();
    auto credentials = grpc::InsecureServerCredentials();
    if (!probes_anywhere_) {
      ASSIGN_OR_RETURN(credentials, MakeInsecureServerCredentials(address));
    }
    // Reflection stays: gRPC starts no server that has only its own health service.
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort(address, credentials, &port);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    health_ = builder.BuildAndStart();
    if (health_ == nullptr || port == 0) {
      return absl::UnavailableError(absl::StrCat("cannot listen on ", address));
    }
    SetServing(health_.get(), true);
    return absl::OkStatus();
  }

  static void SetServing(grpc::Server* server, bool serving) {
    auto* health = server->GetHealthCheckService();
    if (health == nullptr) return;
    health->SetServingStatus(serving);
    for (const char* name : {"liveness", "readiness", "realm.v1.HookService"}) {
      health->SetServingStatus(name, serving);
    }
  }

  const Authorizer authorizer_;
  const bool probes_anywhere_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<grpc::Server> main_;
  std::unique_ptr<grpc::Server> health_;
  std::string address_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(Engine* engine, const SigningKey* ticket_key,
                                                      const ServerOptions& options) {
  auto server = std::make_unique<ServerImpl>(engine, ticket_key, options);
  RETURN_IF_ERROR(server->Listen(options));
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace realm::coordinator
