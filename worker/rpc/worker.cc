#include "worker/rpc/worker.h"

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <stdlib.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "common/address.h"
#include "common/files.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/random.h"
#include "common/status_macros.h"
#include "worker/connector/registry.h"
#include "worker/rpc/source_client.h"

namespace realm::worker {
namespace {

constexpr absl::string_view kVersion = "0.1.0";
constexpr int kStreamsMax = 64;
// Threads of gRPC's own beside those that serve streams.
constexpr int kServerThreadsMax = kStreamsMax + 16;

absl::StatusOr<Secret> ConnectionOf(const config::v1::WorkerDataset& dataset) {
  if (!dataset.connection_file().empty()) {
    ASSIGN_OR_RETURN(const Secret file, ReadSecretFile(dataset.connection_file()));
    return Secret(absl::StripSuffix(file.Reveal(), "\n"));
  }
  if (dataset.connection_env().empty()) return Secret();
  const char* value = getenv(dataset.connection_env().c_str());
  if (value == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("dataset ", dataset.name(), ": the variable ",
                                                   dataset.connection_env(), " is not set"));
  }
  return Secret(absl::string_view(value));
}

absl::StatusOr<std::unique_ptr<Dataset>> MakeConfigured(const config::v1::WorkerDataset& dataset,
                                                        const RealmId& realm) {
  DatasetOptions options;
  options.name = DatasetName(dataset.name());
  options.kind = dataset.connector();
  options.realm = realm;
  options.path = dataset.path();
  ASSIGN_OR_RETURN(options.connection, ConnectionOf(dataset));
  for (const config::v1::Table& table : dataset.tables()) {
    options.tables.push_back({table.name(),
                              table.tenant_column(),
                              {table.key_columns().begin(), table.key_columns().end()}});
  }
  options.install_guards = !dataset.has_install_guards() || dataset.install_guards();
  return MakeDataset(std::move(options));
}

absl::StatusOr<Stores> MakeStores(const config::v1::WorkerConfig& config) {
  std::vector<std::unique_ptr<Dataset>> datasets;
  for (const config::v1::WorkerDataset& dataset : config.datasets()) {
    absl::StatusOr<std::unique_ptr<Dataset>> made =
        MakeConfigured(dataset, RealmId(config.realm()));
    if (!made.ok()) return Annotate(made.status(), absl::StrCat("dataset ", dataset.name()));
    datasets.push_back(*std::move(made));
  }
  return Stores(std::move(datasets));
}

absl::StatusOr<std::vector<VerifyingKey>> TicketKeys(const config::v1::WorkerConfig& config) {
  const absl::StatusOr<std::string> pem = ReadSmallFile(config.ticket_public_key_file());
  if (!pem.ok()) return Annotate(pem.status(), "ticket_public_key_file");
  absl::StatusOr<VerifyingKey> key = VerifyingKey::FromPem(*pem);
  if (!key.ok()) {
    return Annotate(key.status(),
                    absl::StrCat("ticket_public_key_file: ", config.ticket_public_key_file()));
  }
  return std::vector<VerifyingKey>{*std::move(key)};
}

// The files, or nothing when in the clear. A certificate of another worker or realm would be
// refused by every peer, one by one; here it is said once.
absl::StatusOr<std::optional<TlsFiles>> TlsOf(const config::v1::WorkerConfig& config,
                                              bool insecure) {
  if (insecure) return std::optional<TlsFiles>();
  if (!config.has_tls()) {
    return absl::InvalidArgumentError(
        "tls: missing; give ca_file, cert_file and key_file, or "
        "start with --insecure on loopback addresses");
  }
  const TlsFiles files = {config.tls().ca_file(), config.tls().cert_file(),
                          config.tls().key_file()};
  ASSIGN_OR_RETURN(const PeerIdentity own, OwnIdentity(files));
  const PeerIdentity wanted = {Role::kWorker, RealmId(config.realm()), config.worker_id()};
  if (own == wanted) return std::optional<TlsFiles>(files);
  return absl::InvalidArgumentError(
      absl::StrCat(files.cert_file, " is for ", ToUri(own), "; this worker is ", ToUri(wanted)));
}

}  // namespace

Worker::Worker(Stores stores, TicketChecker tickets, Channels channels)
    : stores_(std::move(stores)), tickets_(std::move(tickets)), channels_(std::move(channels)) {}

Worker::~Worker() {
  monitor_.reset();
  if (agent_ != nullptr) agent_->Drain();
  executor_.reset();
  // Streams that are being served are cut: whoever reads them goes on at another worker.
  if (server_ != nullptr) server_->Shutdown(absl::ToChronoTime(absl::UnixEpoch()));
}

absl::StatusOr<std::unique_ptr<Worker>> Worker::Start(const config::v1::WorkerConfig& config,
                                                      const WorkerOptions& options,
                                                      const Clock& clock) {
  ASSIGN_OR_RETURN(std::vector<VerifyingKey> keys, TicketKeys(config));
  ASSIGN_OR_RETURN(std::optional<TlsFiles> tls, TlsOf(config, options.insecure));
  ASSIGN_OR_RETURN(Stores stores, MakeStores(config));
  std::unique_ptr<Worker> worker(
      new Worker(std::move(stores), TicketChecker(std::move(keys), RealmId(config.realm()), clock),
                 Channels(std::move(tls))));
  worker->once_ = options.once;
  RETURN_IF_ERROR(worker->Serve(config.data_listen()));
  RETURN_IF_ERROR(worker->MakeAgent(config, options, clock));
  RETURN_IF_ERROR(worker->Monitor(config, clock));
  return worker;
}

absl::Status Worker::Monitor(const config::v1::WorkerConfig& config, const Clock& clock) {
  if (config.monitor().empty()) return absl::OkStatus();
  metrics_.AddUsage(clock.Now());
  metrics_.AddGauges("realm_build_info", "Which build this is.", {"version", "component"})
      .With({kVersion, "worker"})
      .Set(1);
  const GaugeFamily slots = metrics_.AddGauges("realm_worker_slots", "Jobs at once.", {"realm"});
  slots.With({config.realm()}).Set(config.slots());
  const Gauge attached =
      metrics_.AddGauges("realm_worker_attached", "Whether the coordinator answers now.").With();
  const Gauge draining =
      metrics_.AddGauges("realm_worker_draining", "Whether it takes no new jobs.").With();
  metrics_.OnCollect([this, attached, draining] {
    attached.Set(attach_->attached() ? 1 : 0);
    draining.Set(agent_->MakeFrame().draining() ? 1 : 0);
  });
  absl::StatusOr<std::unique_ptr<MonitorPort>> port =
      MonitorPort::Start(config.monitor(), &metrics_, [this] { return WhyNotReady(); });
  if (!port.ok()) return Annotate(port.status(), "monitor");
  monitor_ = *std::move(port);
  return absl::OkStatus();
}

std::string Worker::WhyNotReady() const {
  if (!attach_->attached()) return "not attached to the coordinator";
  return agent_->MakeFrame().draining() ? "draining" : "";
}

absl::Status Worker::Serve(const std::string& address) {
  DataService::Options options;
  options.insecure = channels_.insecure();
  options.streams_max = kStreamsMax;
  service_ = std::make_unique<DataService>(stores_, tickets_, options);
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ServerCredentials> credentials,
                   channels_.ServerCredentials(address));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  SetKeepalive(builder);
  builder.SetResourceQuota(grpc::ResourceQuota("data").SetMaxThreads(kServerThreadsMax));
  builder.SetMaxReceiveMessageSize(kGrpcMessageBytesMax);
  builder.RegisterService(service_.get());
  int port = 0;
  builder.AddListeningPort(address, credentials, &port);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port == 0) {
    return absl::FailedPreconditionError(absl::StrCat("cannot listen on ", address));
  }
  data_address_ = absl::StrCat(address.substr(0, address.rfind(':')), ":", port);
  return absl::OkStatus();
}

absl::Status Worker::MakeAgent(const config::v1::WorkerConfig& config, const WorkerOptions& options,
                               const Clock& clock) {
  AgentOptions own;
  own.worker = WorkerId(config.worker_id());
  own.realm = RealmId(config.realm());
  own.version = std::string(kVersion);
  own.data_endpoint =
      config.data_endpoint() == config.data_listen() || config.data_endpoint().empty()
          ? data_address_
          : config.data_endpoint();
  own.slots = options.once ? 1 : config.slots();
  own.incarnation = RandomBits();
  own.orders_max = options.once ? 1 : 0;
  ASSIGN_OR_RETURN(std::shared_ptr<grpc::Channel> coordinator,
                   channels_.Dial(config.coordinator(), {Role::kCoordinator, std::nullopt}));
  executor_ = std::make_unique<ThreadExecutor>(own.slots);
  AgentSurroundings surroundings;
  surroundings.stores = &stores_;
  surroundings.clock = &clock;
  surroundings.executor = executor_.get();
  surroundings.source = [this](const v1::JobOrder& order, const StopToken& stop) {
    return ReachSource(order, stop);
  };
  surroundings.random_bits = &RandomBits;
  surroundings.metrics = &job_metrics_;
  surroundings.frame_wanted = [this] { attach_->WantFrame(); };
  const uint64_t seed = own.incarnation;
  agent_ = std::make_unique<Agent>(std::move(own), std::move(surroundings));
  attach_ = std::make_unique<AttachClient>(*agent_, std::move(coordinator), seed);
  return absl::OkStatus();
}

std::unique_ptr<SourceRealm> Worker::ReachSource(const v1::JobOrder& order, const StopToken& stop) {
  const Dial dial = [this](const std::string& address, const RealmId& realm) {
    return channels_.Dial(address, {Role::kWorker, realm});
  };
  return std::make_unique<GrpcSourceRealm>(order, dial, stop);
}

absl::Status Worker::Run() {
  RETURN_IF_ERROR(attach_->Run());
  if (!once_) return absl::OkStatus();
  const std::optional<v1::JobReport> last = agent_->last_finished();
  if (!last.has_value() || last->state() == v1::JobReport::STATE_DONE ||
      last->state() == v1::JobReport::STATE_RETURNED) {
    return absl::OkStatus();
  }
  return absl::AbortedError(absl::StrCat("job ", last->job_id(), " failed: ", last->error()));
}

}  // namespace realm::worker
