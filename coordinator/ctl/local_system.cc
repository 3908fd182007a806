#include "coordinator/ctl/local_system.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

#include "common/check.h"
#include "common/files.h"
#include "common/status_macros.h"
#include "coordinator/ctl/config_yaml.h"
#include "coordinator/ctl/free_ports.h"

namespace realm::ctl {
namespace {

constexpr absl::string_view kOperator = "operator";
constexpr absl::Duration kReadyPollPeriod = absl::Milliseconds(20);
// Between two looks at whether a program has died.
constexpr absl::Duration kConnectPatience = absl::Milliseconds(200);
// What a worker that is told to drain gets; afterwards SIGKILL is as safe.
constexpr absl::Duration kStopPatience = absl::Seconds(5);
constexpr int kLogLinesShown = 5;

std::string Loopback(int port) {
  return absl::StrCat("127.0.0.1:", port);
}

std::string LastLines(const std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  std::string last;
  for (size_t i = lines.size() - std::min<size_t>(lines.size(), kLogLinesShown); i < lines.size();
       ++i)
    absl::StrAppend(&last, "\n  ", lines[i]);
  return last;
}

}  // namespace

LocalPorts UsualPorts(const std::vector<std::string>& worker_ids) {
  LocalPorts ports = {7460, 7461, 7462, 7480, {}};
  for (const std::string& id : worker_ids) {
    const int next = 7470 + static_cast<int>(ports.data.size());
    ports.data[id] = next;
  }
  return ports;
}

bool AreFree(const LocalPorts& ports) {
  return IsFree(ports.grpc) && IsFree(ports.http) && IsFree(ports.health) && IsFree(ports.edge) &&
         std::all_of(ports.data.begin(), ports.data.end(),
                     [](const auto& entry) { return IsFree(entry.second); });
}

absl::StatusOr<LocalPorts> FreePorts(const std::vector<std::string>& worker_ids) {
  ASSIGN_OR_RETURN(const std::vector<int> found,
                   FindFreePorts(4 + static_cast<int>(worker_ids.size())));
  LocalPorts ports = {found[0], found[1], found[2], found[3], {}};
  for (size_t i = 0; i < worker_ids.size(); ++i)
    ports.data[worker_ids[i]] = found[4 + i];
  return ports;
}

absl::StatusOr<LocalPorts> UsualOrFreePorts(const std::vector<std::string>& worker_ids) {
  const LocalPorts usual = UsualPorts(worker_ids);
  if (AreFree(usual)) return usual;
  return FreePorts(worker_ids);
}

LocalSystem::LocalSystem(LocalFiles files, LocalOptions options, const Clock& clock)
    : files_(std::move(files)), options_(std::move(options)), clock_(clock) {}

absl::StatusOr<std::unique_ptr<LocalSystem>> LocalSystem::Prepare(LocalFiles files,
                                                                  LocalOptions options,
                                                                  const Clock& clock) {
  std::unique_ptr<LocalSystem> system(new LocalSystem(std::move(files), std::move(options), clock));
  RETURN_IF_ERROR(system->WriteConfigs());
  return system;
}

LocalSystem::~LocalSystem() {
  StopAll();
}

absl::Status LocalSystem::WriteConfigs() {
  config::v1::CoordinatorConfig& config = options_.config;
  config.mutable_listen()->set_grpc(Loopback(options_.ports.grpc));
  config.mutable_listen()->set_http(Loopback(options_.ports.http));
  config.mutable_listen()->set_health(Loopback(options_.ports.health));
  config.set_ticket_key_file(files_.ticket_key_file());
  *config.mutable_tls() = files_.TlsConfigOf(kCoordinator);
  config::v1::Edge* edge = config.mutable_edge();
  edge->set_listen(Loopback(options_.ports.edge));
  edge->set_coordinator(Loopback(options_.ports.grpc));
  edge->set_secret_key_file(files_.secret_key_file());
  edge->set_cache_folder(files_.path("data/edge"));
  RETURN_IF_ERROR(files_.MakeFolder("data/edge"));
  RETURN_IF_ERROR(files_.Issue({Role::kCoordinator, RealmId(), std::string(kCoordinator)}));
  RETURN_IF_ERROR(files_.Issue({Role::kEdge, RealmId(), std::string(kEdge)}));
  RETURN_IF_ERROR(files_.Issue({Role::kOperator, RealmId(), std::string(kOperator)}));
  RETURN_IF_ERROR(files_.Write("config/coordinator.yaml", ToYaml(config), false));
  // The same schema, but its own certificate.
  *config.mutable_tls() = files_.TlsConfigOf(kEdge);
  RETURN_IF_ERROR(files_.Write("config/edge.yaml", ToYaml(config), false));
  for (const LocalWorker& worker : options_.workers) {
    RETURN_IF_ERROR(files_.Issue({Role::kWorker, RealmId(worker.realm), worker.id}));
    RETURN_IF_ERROR(files_.Write(absl::StrCat("config/", worker.id, ".yaml"),
                                 ToYaml(WorkerConfigOf(worker)), false));
  }
  return absl::OkStatus();
}

config::v1::WorkerConfig LocalSystem::WorkerConfigOf(const LocalWorker& worker) const {
  config::v1::WorkerConfig config;
  config.set_worker_id(worker.id);
  config.set_realm(worker.realm);
  config.set_coordinator(Loopback(options_.ports.grpc));
  config.set_data_listen(Loopback(options_.ports.data.at(worker.id)));
  config.set_slots(worker.slots);
  *config.mutable_tls() = files_.TlsConfigOf(worker.id);
  config.set_ticket_public_key_file(files_.ticket_public_key_file());
  *config.mutable_datasets() = {worker.datasets.begin(), worker.datasets.end()};
  return config;
}

std::vector<std::string> LocalSystem::names() const {
  std::vector<std::string> names = {std::string(kCoordinator)};
  for (const LocalWorker& worker : options_.workers)
    names.push_back(worker.id);
  if (options_.with_edge) names.emplace_back(kEdge);
  return names;
}

absl::StatusOr<Launch> LocalSystem::LaunchOf(absl::string_view name) const {
  const bool coordinator = name == kCoordinator;
  const absl::string_view program = coordinator     ? "realm-coordinator"
                                    : name == kEdge ? "realm-edge"
                                                    : "realm-worker";
  Launch launch;
  launch.path = absl::StrCat(options_.program_folder, "/", program);
  launch.arguments = {absl::StrCat("--config=", config_path(name))};
  if (coordinator) {
    launch.arguments.push_back(absl::StrCat(
        "--store=",
        options_.in_memory ? "memory" : absl::StrCat("rocksdb:", files_.path("data/coordinator"))));
  }
  const auto environment = environments_.find(name);
  if (environment != environments_.end()) launch.environment = environment->second;
  launch.log_path = log_path(name);
  return launch;
}

absl::Status LocalSystem::Start(absl::string_view name, const std::vector<std::string>& more) {
  ASSIGN_OR_RETURN(Launch launch, LaunchOf(name));
  launch.arguments.insert(launch.arguments.end(), more.begin(), more.end());
  children_.erase(std::string(name));
  ASSIGN_OR_RETURN(children_[std::string(name)], Child::Start(launch));
  return absl::OkStatus();
}

absl::Status LocalSystem::StartAll() {
  for (const std::string& name : names())
    RETURN_IF_ERROR(Start(name));
  return absl::OkStatus();
}

Child& LocalSystem::child(absl::string_view name) {
  const auto found = children_.find(name);
  REALM_CHECK(found != children_.end(), name, " was not started");
  return *found->second;
}

std::optional<std::string> LocalSystem::FindDead() {
  for (auto& [name, child] : children_) {
    if (child->Poll().has_value()) return name;
  }
  return std::nullopt;
}

void LocalSystem::SetEnvironment(absl::string_view name, const std::string& variable,
                                 const std::string& value) {
  std::map<std::string, std::string>& environment = environments_[std::string(name)];
  if (value.empty()) {
    environment.erase(variable);
  } else {
    environment[variable] = value;
  }
}

absl::Status LocalSystem::CheckReady(Connection& connection) const {
  ASSIGN_OR_RETURN(const v1::ListWorkersResponse workers,
                   connection.Call(connection.admin(), &v1::AdminService::Stub::ListWorkers, {}));
  for (const LocalWorker& wanted : options_.workers) {
    if (children_.count(wanted.id) == 0) continue;
    const bool attached =
        std::any_of(workers.workers().begin(), workers.workers().end(),
                    [&](const v1::Worker& worker) { return worker.worker_id() == wanted.id; });
    if (!attached) return absl::UnavailableError(absl::StrCat(wanted.id, " is not attached"));
  }
  if (children_.count(kEdge) > 0 && !IsListening(options_.ports.edge)) {
    return absl::UnavailableError("the edge does not listen");
  }
  return absl::OkStatus();
}

absl::Status LocalSystem::ExplainDeath(const std::string& name) {
  return absl::FailedPreconditionError(
      absl::StrCat(name, " ended with ", child(name).Poll()->Text(), "; the end of ",
                   log_path(name), ":", LastLines(ReadSmallFile(log_path(name)).value_or(""))));
}

absl::Status LocalSystem::WaitUntilReady(absl::Duration patience) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, Connect());
  const absl::Duration deadline = clock_.Monotonic() + patience;
  for (;;) {
    const std::optional<std::string> dead = FindDead();
    if (dead.has_value()) return ExplainDeath(*dead);
    connection->WaitUntilConnected(kConnectPatience);
    const absl::Status status = CheckReady(*connection);
    if (status.ok()) return status;
    if (clock_.Monotonic() >= deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat("not ready after ", absl::FormatDuration(patience), ": ", status.message()));
    }
    absl::SleepFor(kReadyPollPeriod);
  }
}

void LocalSystem::Stop(absl::string_view name) {
  const auto found = children_.find(name);
  if (found == children_.end()) return;
  found->second->Terminate(kStopPatience);
  children_.erase(found);
}

void LocalSystem::StopAll() {
  std::vector<std::string> order;
  for (const LocalWorker& worker : options_.workers)
    order.push_back(worker.id);
  // All at once, then one after the other.
  for (const std::string& id : order) {
    if (children_.count(id) > 0) children_[id]->Signal(SIGTERM);
  }
  order.emplace_back(kEdge);
  order.emplace_back(kCoordinator);
  for (const std::string& name : order)
    Stop(name);
}

Endpoint LocalSystem::operator_endpoint() const {
  Endpoint endpoint;
  endpoint.address = Loopback(options_.ports.grpc);
  endpoint.tls = files_.TlsOf(kOperator);
  return endpoint;
}

absl::StatusOr<std::unique_ptr<Connection>> LocalSystem::Connect() const {
  return Connection::Open(operator_endpoint());
}

std::string LocalSystem::log_path(absl::string_view name) const {
  return files_.path(absl::StrCat("log/", name, ".log"));
}

std::string LocalSystem::config_path(absl::string_view name) const {
  return files_.path(absl::StrCat("config/", name, ".yaml"));
}

}  // namespace realm::ctl
