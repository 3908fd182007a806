#include "coordinator/ctl/postgres_cluster.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "common/clock.h"
#include "common/files.h"
#include "common/status_macros.h"

namespace realm::ctl {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kServerUser = "postgres";
constexpr absl::string_view kDebianFolder = "/usr/lib/postgresql";
// The name of the socket only; nothing listens on a port.
constexpr int kPort = 5432;
constexpr absl::Duration kServerStartPatience = absl::Seconds(60);
constexpr absl::Duration kServerStopPatience = absl::Seconds(10);
constexpr absl::Duration kServerLookPeriod = absl::Milliseconds(20);
// Of sockaddr_un, with its last zero, less "/.s.PGSQL.5432".
constexpr size_t kFolderBytesMax = 107 - 14;
constexpr size_t kErrorBytesShown = 1024;
// The line of postmaster.pid that says how far the server is.
constexpr int kStateLine = 8;

bool IsRoot() {
  return geteuid() == 0;
}

// The folder belongs to whoever the server runs as.
absl::Status GiveToServer(const std::string& folder) {
  if (folder.size() > kFolderBytesMax) {
    return absl::FailedPreconditionError(
        absl::StrCat(folder, " is too long a path for a socket; set TMPDIR=/tmp"));
  }
  if (!IsRoot()) return absl::OkStatus();
  const passwd* entry = getpwnam(std::string(kServerUser).c_str());
  if (entry == nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(
        "PostgreSQL refuses to run as root, and there is no user ", kServerUser, " to run it as"));
  }
  if (chown(folder.c_str(), entry->pw_uid, entry->pw_gid) == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(folder, ": ", strerror(errno)));
}

std::string EndOf(const std::string& path) {
  const std::string text = ReadSmallFile(path).value_or("");
  return text.size() <= kErrorBytesShown ? text : text.substr(text.size() - kErrorBytesShown);
}

}  // namespace

absl::StatusOr<PostgresPrograms> PostgresPrograms::Find() {
  const char* chosen = getenv("REALM_POSTGRES_BIN");
  if (chosen != nullptr && *chosen != '\0') {
    return PostgresPrograms{chosen, fs::path(chosen).parent_path().filename().string()};
  }
  PostgresPrograms newest;
  int newest_version = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(std::string(kDebianFolder), ignored)) {
    int version = 0;
    const std::string name = entry.path().filename().string();
    const fs::path folder = entry.path() / "bin";
    if (!absl::SimpleAtoi(name, &version) || version <= newest_version) continue;
    if (!fs::exists(folder / "postgres", ignored)) continue;
    newest_version = version;
    newest = {folder.string(), name};
  }
  if (newest_version > 0) return newest;
  return absl::FailedPreconditionError(
      absl::StrCat("there is no PostgreSQL server below ", kDebianFolder,
                   "; install the package postgresql-15 (./dev setup does), or name the folder of "
                   "initdb in REALM_POSTGRES_BIN"));
}

absl::StatusOr<std::unique_ptr<PostgresCluster>> PostgresCluster::Create(
    const PostgresPrograms& programs, absl::string_view name, StopSignals& signals) {
  ASSIGN_OR_RETURN(std::unique_ptr<ScratchFolder> folder,
                   ScratchFolder::Create(absl::StrCat("realmctl-demo-", name)));
  RETURN_IF_ERROR(GiveToServer(folder->path()));
  std::unique_ptr<PostgresCluster> cluster(
      new PostgresCluster(programs, std::move(folder), signals));
  RETURN_IF_ERROR(cluster->Initialize());
  RETURN_IF_ERROR(cluster->Start());
  return cluster;
}

PostgresCluster::~PostgresCluster() {
  if (server_ == nullptr) return;
  // "Immediate shutdown": its own processes go with it.
  server_->Signal(SIGQUIT);
  server_->Wait(kServerStopPatience);
}

// Text is in an order that is not that of bytes, as in most databases.
absl::Status PostgresCluster::Initialize() {
  ASSIGN_OR_RETURN(
      const PostgresClient initdb,
      Begin("initdb",
            {"-D", folder_->path() + "/data", "-U", std::string(kServerUser), "--auth-local=trust",
             "--auth-host=reject", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"},
            kServerUser));
  return Finish(initdb).status();
}

absl::Status PostgresCluster::Start() {
  Launch launch;
  launch.path = absl::StrCat(programs_.folder, "/postgres");
  launch.arguments = {"-D", folder_->path() + "/data"};
  for (const std::string& setting :
       {std::string("listen_addresses="), absl::StrCat("port=", kPort),
        absl::StrCat("unix_socket_directories=", folder_->path()),
        // A container's /dev/shm is small; these files are in the cluster's folder.
        std::string("dynamic_shared_memory_type=mmap"), std::string("shared_buffers=128MB"),
        // So that what is measured is not one checkpoint after the other.
        std::string("max_wal_size=4GB")}) {
    launch.arguments.emplace_back("-c");
    launch.arguments.push_back(setting);
  }
  launch.log_path = folder_->path() + "/server.log";
  launch.user = std::string(kServerUser);
  launch.signal_at_our_end = SIGQUIT;
  ASSIGN_OR_RETURN(server_, Child::Start(launch));
  const SystemClock clock;
  const absl::Duration deadline = clock.Monotonic() + kServerStartPatience;
  while (!IsReady()) {
    if (server_->Poll().has_value() || clock.Monotonic() > deadline) {
      return absl::FailedPreconditionError(
          absl::StrCat("PostgreSQL does not start: ", EndOf(launch.log_path)));
    }
    if (signals_.Wait(kServerLookPeriod)) return absl::CancelledError("interrupted");
  }
  return absl::OkStatus();
}

bool PostgresCluster::IsReady() const {
  std::ifstream file(folder_->path() + "/data/postmaster.pid");
  std::string line;
  for (int i = 0; i < kStateLine; ++i) {
    if (!std::getline(file, line)) return false;
  }
  return absl::StartsWith(line, "ready");
}

std::string PostgresCluster::ConnectionString(absl::string_view user,
                                              absl::string_view database) const {
  return absl::StrCat("host=", folder_->path(), " port=", kPort, " user=", user,
                      " dbname=", database);
}

std::string PostgresCluster::PsqlCommand(absl::string_view database) const {
  return absl::StrCat("psql -h ", folder_->path(), " -U ", kServerUser, " ", database);
}

std::vector<std::string> PostgresCluster::Address(absl::string_view database) const {
  return {"-h",
          folder_->path(),
          "-p",
          absl::StrCat(kPort),
          "-U",
          std::string(kServerUser),
          std::string(database)};
}

absl::StatusOr<PostgresClient> PostgresCluster::Begin(absl::string_view program,
                                                      std::vector<std::string> arguments,
                                                      absl::string_view user) {
  PostgresClient client;
  client.log_path = absl::StrCat(folder_->path(), "/", program, ".", ++clients_, ".log");
  Launch launch;
  launch.path = absl::StrCat(programs_.folder, "/", program);
  launch.arguments = std::move(arguments);
  launch.environment["PGOPTIONS"] = "-c client_min_messages=warning";
  launch.log_path = client.log_path;
  launch.user = std::string(user);
  ASSIGN_OR_RETURN(client.child, Child::Start(launch));
  return client;
}

absl::StatusOr<std::string> PostgresCluster::Finish(const PostgresClient& client) {
  while (!client.child->Wait(kServerLookPeriod).has_value()) {
    if (!signals_.Came()) continue;
    client.child->Kill();
    return absl::CancelledError("interrupted");
  }
  if (client.child->Poll()->ok()) return ReadSmallFile(client.log_path);
  return absl::FailedPreconditionError(absl::StrCat(
      client.log_path, ": ", client.child->Poll()->Text(), "\n", EndOf(client.log_path)));
}

absl::StatusOr<PostgresClient> PostgresCluster::BeginQuery(absl::string_view database,
                                                           const std::string& sql) {
  // The user's own settings of psql stay out of it.
  std::vector<std::string> arguments = {"-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1",
                                        "-c", sql};
  for (std::string& part : Address(database))
    arguments.push_back(std::move(part));
  return Begin("psql", std::move(arguments), "");
}

absl::StatusOr<std::string> PostgresCluster::Query(absl::string_view database,
                                                   const std::string& sql) {
  ASSIGN_OR_RETURN(const PostgresClient client, BeginQuery(database, sql));
  return Finish(client);
}

absl::Status PostgresCluster::Pgbench(absl::string_view database,
                                      std::vector<std::string> arguments) {
  for (std::string& part : Address(database))
    arguments.push_back(std::move(part));
  ASSIGN_OR_RETURN(const PostgresClient client, Begin("pgbench", std::move(arguments), ""));
  return Finish(client).status();
}

}  // namespace realm::ctl
