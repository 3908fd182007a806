#include "coordinator/edge/edge_server.h"

#include <grpcpp/security/credentials.h>

#include <atomic>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/address.h"
#include "common/aead.h"
#include "common/digest.h"
#include "common/http/http_server.h"
#include "common/http/monitor_port.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/status_macros.h"
#include "common/tls.h"
#include "coordinator/edge/answers.h"
#include "coordinator/edge/background.h"
#include "coordinator/edge/edge.h"
#include "coordinator/edge/fetch.h"
#include "coordinator/edge/grpc_coordinator.h"
#include "coordinator/edge/watches.h"

#ifndef REALM_VERSION
#define REALM_VERSION "0.1.0"
#endif

namespace realm::edge {
namespace {

using config::v1::App;
using config::v1::CoordinatorConfig;

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  }
  if (!error) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("edge.cache_folder: cannot use ", path, ": ", error.message()));
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(
    const CoordinatorConfig& config, const EdgeServerOptions& options) {
  if (options.insecure) return MakeInsecureChannelCredentials(config.edge().coordinator());
  const config::v1::Tls& tls = config.tls();
  if (tls.cert_file().empty()) {
    return absl::InvalidArgumentError(
        "tls: is missing; name the edge's certificate, or start with --insecure on one machine");
  }
  return MakeChannelCredentials({tls.ca_file(), tls.cert_file(), tls.key_file()},
                                {Role::kCoordinator, std::nullopt});
}

// Null: the app takes no installations.
absl::StatusOr<std::unique_ptr<KeySource>> InstallKeys(const App& app) {
  const config::v1::Connect& connect = app.connect();
  if (!connect.install_keys_folder().empty()) return PemFolder(connect.install_keys_folder());
  if (connect.install_keys_url().empty()) return nullptr;
  RETURN_IF_ERROR(CheckFetchUrl(connect.install_keys_url()));
  return PemUrl(connect.install_keys_url());
}

absl::StatusOr<std::unique_ptr<KeySource>> ForgeKeys(const App& app, const std::string& folder) {
  const config::v1::Forge& forge = app.forge();
  if (!forge.jwks_file().empty()) return JwksFile(forge.jwks_file());
  RETURN_IF_ERROR(CheckFetchUrl(forge.jwks_url()));
  // Two apps may have two key sets.
  const std::string name = absl::StrCat("jwks-", ToHex(Sha256(app.id())).substr(0, 16), ".json");
  return JwksUrl(forge.jwks_url(), absl::StrCat(folder, "/", name));
}

class RealEdgeServer final : public EdgeServer {
 public:
  RealEdgeServer(Router router, AeadKey key, const std::string& folder, const Clock* clock)
      : clock_(clock),
        router_(std::move(router)),
        key_(std::move(key)),
        statuses_(folder + "/migrations.cache", clock),
        installations_(folder + "/installations.cache", clock),
        tenants_(folder + "/tenants.cache", clock),
        edge_metrics_(&metrics_),
        live_(metrics_
                  .AddGauges("realm_edge_live", "Whether the local copies follow the coordinator.")
                  .With()) {}

  // The reverse of the data's way: whoever calls others goes before them.
  ~RealEdgeServer() override {
    monitor_.reset();
    server_.reset();
    watches_.reset();
    background_.reset();
    coordinator_.reset();
  }

  absl::Status Run(const EdgeServerOptions& options) {
    const CoordinatorConfig& config = router_.config();
    ASSIGN_OR_RETURN(const auto credentials, Credentials(config, options));
    const auto channel = ConnectTo(config.edge().coordinator(), credentials);
    coordinator_ = std::make_unique<GrpcCoordinator>(channel);
    background_ = std::make_unique<Background>();
    ASSIGN_OR_RETURN(Authenticator::Keys keys, MakeKeys(config));
    authenticator_ =
        std::make_unique<Authenticator>(&router_, &installations_, key_, std::move(keys), clock_);
    traffic_ = std::make_unique<TrafficReporter>(coordinator_.get(), &tenants_, clock_);
    edge_ = std::make_unique<Edge>(EdgeParts{&router_, authenticator_.get(), coordinator_.get(),
                                             &statuses_, &installations_, &tenants_, &replays_,
                                             traffic_.get(), &edge_metrics_, clock_});
    watches_ = std::make_unique<Watches>(channel, &statuses_, &installations_, &tenants_);
    if (!watches_->AwaitComplete(options.patience)) {
      Log(Level::kWarning, "serving without ever having heard from the coordinator",
          {{"coordinator", config.edge().coordinator()}});
    }
    return Listen(config.edge());
  }

  const std::string& address() const override { return server_->address(); }
  std::string monitor_address() const override {
    return monitor_ == nullptr ? "" : monitor_->address();
  }

  void Drain(absl::Duration grace) override {
    draining_ = true;
    server_->Drain(grace);
  }

 private:
  absl::StatusOr<Authenticator::Keys> MakeKeys(const CoordinatorConfig& config) {
    const auto run = [background = background_.get()](std::function<void()> work) {
      background->Run(std::move(work));
    };
    Authenticator::Keys keys;
    for (const App& app : config.apps()) {
      if (app.has_connect()) {
        ASSIGN_OR_RETURN(std::unique_ptr<KeySource> source, InstallKeys(app));
        if (source == nullptr) {
          Log(Level::kWarning, "the app takes no installations: connect names no keys",
              {{"app", app.id()}});
        } else {
          keys.install[app.id()] = std::make_shared<KeyCache>(std::move(source), clock_, run);
        }
      }
      if (app.has_forge()) {
        ASSIGN_OR_RETURN(std::unique_ptr<KeySource> source,
                         ForgeKeys(app, config.edge().cache_folder()));
        keys.forge[app.id()] = std::make_shared<KeyCache>(std::move(source), clock_, run);
      }
    }
    return keys;
  }

  absl::Status Listen(const config::v1::Edge& config) {
    if (!IsLoopback(config.listen())) {
      Log(Level::kWarning, "plain HTTP off loopback: a proxy before it must end TLS",
          {{"address", config.listen()}});
    }
    if (!config.monitor().empty()) {
      metrics_.AddUsage(clock_->Now());
      metrics_.AddGauges("realm_build_info", "Which build this is.", {"version", "component"})
          .With({REALM_VERSION, "edge"})
          .Set(1);
      metrics_.OnCollect([this] { live_.Set(watches_->live() ? 1 : 0); });
      // An edge without the coordinator still answers status, so it stays ready: taken out of
      // service it would answer nothing.
      ASSIGN_OR_RETURN(monitor_, MonitorPort::Start(config.monitor(), &metrics_, [this] {
                         return std::string(draining_ ? "draining" : "");
                       }));
    }
    const auto serve = [this](HttpRequest request, HttpServer::Respond respond) {
      edge_->Serve(std::move(request), std::move(respond));
    };
    ASSIGN_OR_RETURN(server_, HttpServer::Start(config.listen(), {}, serve, AnswerForHttp));
    return absl::OkStatus();
  }

  const Clock* const clock_;
  const Router router_;
  const AeadKey key_;
  StatusCache statuses_;
  InstallationCache installations_;
  TenantCache tenants_;
  ReplayGuard replays_;
  Metrics metrics_;
  EdgeMetrics edge_metrics_;
  const Gauge live_;
  std::atomic<bool> draining_ = false;

  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<TrafficReporter> traffic_;
  std::unique_ptr<Edge> edge_;
  std::unique_ptr<GrpcCoordinator> coordinator_;
  std::unique_ptr<Background> background_;
  std::unique_ptr<Watches> watches_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<MonitorPort> monitor_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<EdgeServer>> EdgeServer::Start(const CoordinatorConfig& config,
                                                              const EdgeServerOptions& options,
                                                              const Clock* clock) {
  if (!config.has_edge()) {
    return absl::InvalidArgumentError(
        "edge: is missing; give listen, secret_key_file and "
        "cache_folder");
  }
  ASSIGN_OR_RETURN(Router router, Router::Create(config));
  absl::StatusOr<AeadKey> key = AeadKey::FromFile(config.edge().secret_key_file());
  if (!key.ok()) return Annotate(key.status(), "edge.secret_key_file");
  RETURN_IF_ERROR(MakeFolder(config.edge().cache_folder()));
  auto server = std::make_unique<RealEdgeServer>(std::move(router), *std::move(key),
                                                 config.edge().cache_folder(), clock);
  RETURN_IF_ERROR(server->Run(options));
  return std::unique_ptr<EdgeServer>(std::move(server));
}

}  // namespace realm::edge
