// A PostgreSQL server of its own, for the demo: a new cluster in a temporary folder, reached
// through a Unix socket in that folder and by nothing else. It is gone with the object.

#ifndef REALMSHIFT_COORDINATOR_CTL_POSTGRES_CLUSTER_H_
#define REALMSHIFT_COORDINATOR_CTL_POSTGRES_CLUSTER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/program/stop_signals.h"
#include "coordinator/ctl/child.h"
#include "coordinator/ctl/scratch_folder.h"

namespace realm::ctl {

// The programs of one installed version.
struct PostgresPrograms {
  // "/usr/lib/postgresql/15/bin".
  std::string folder;
  // "15".
  std::string version;

  // Those in REALM_POSTGRES_BIN, or else the newest that Debian's packages have installed.
  // FailedPrecondition: there are none; the message says what to install.
  static absl::StatusOr<PostgresPrograms> Find();
};

// A client program that runs, with its output in a file.
struct PostgresClient {
  std::unique_ptr<Child> child;
  std::string log_path;
};

// The superuser is "postgres", and needs no password: only who may enter the folder gets that far.
// That is this user, and when this program is root (which the server refuses) the system's user
// postgres, as which the server then runs.
//
// Errors of all methods, besides those named: Cancelled: a signal came meanwhile, and what ran was
// killed. FailedPrecondition: a program failed; the message has the end of what it wrote.
//
// Thread safety: one thread at a time, which is to be the one that made it.
class PostgresCluster {
 public:
  // Makes the cluster and waits until it takes connections. `signals` must outlive it.
  static absl::StatusOr<std::unique_ptr<PostgresCluster>> Create(const PostgresPrograms& programs,
                                                                 absl::string_view name,
                                                                 StopSignals& signals);

  // Ends the server at once; its data is not needed again.
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  // For libpq.
  std::string ConnectionString(absl::string_view user, absl::string_view database) const;
  // What a person types.
  std::string PsqlCommand(absl::string_view database) const;

  // Runs SQL with psql and returns the rows: fields separated by tabs, NULL as nothing.
  absl::StatusOr<std::string> Query(absl::string_view database, const std::string& sql);
  // Runs pgbench against a database.
  absl::Status Pgbench(absl::string_view database, std::vector<std::string> arguments);

  // Query in two parts, so that two servers work at once.
  absl::StatusOr<PostgresClient> BeginQuery(absl::string_view database, const std::string& sql);
  absl::StatusOr<std::string> Finish(const PostgresClient& client);

 private:
  PostgresCluster(PostgresPrograms programs, std::unique_ptr<ScratchFolder> folder,
                  StopSignals& signals)
      : programs_(std::move(programs)), folder_(std::move(folder)), signals_(signals) {}

  absl::Status Initialize();
  absl::Status Start();
  bool IsReady() const;
  absl::StatusOr<PostgresClient> Begin(absl::string_view program,
                                       std::vector<std::string> arguments, absl::string_view user);
  std::vector<std::string> Address(absl::string_view database) const;

  const PostgresPrograms programs_;
  const std::unique_ptr<ScratchFolder> folder_;
  StopSignals& signals_;
  std::unique_ptr<Child> server_;
  int clients_ = 0;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_POSTGRES_CLUSTER_H_
