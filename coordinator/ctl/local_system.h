// All programs of the project on this machine: a coordinator, an edge and workers of several
// realms, with mutual TLS as in production. What `realmctl dev` and `realmctl demo` run, and what
// the tests of the real programs kill.

#ifndef REALMSHIFT_COORDINATOR_CTL_LOCAL_SYSTEM_H_
#define REALMSHIFT_COORDINATOR_CTL_LOCAL_SYSTEM_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "coordinator/ctl/child.h"
#include "coordinator/ctl/connection.h"
#include "coordinator/ctl/local_files.h"
#include "realm/config/v1/config.pb.h"

namespace realm::ctl {

struct LocalWorker {
  // Unique in the whole system; "eu-1".
  std::string id;
  std::string realm;
  // What it serves. Paths below the system's folder may be made with LocalFiles::path.
  std::vector<config::v1::WorkerDataset> datasets;
  int slots = 4;
};

struct LocalPorts {
  int grpc = 0;
  int http = 0;
  int health = 0;
  int edge = 0;
  // By worker.
  std::map<std::string, int> data;
};

// The usual ports, with the workers' from 7470 up.
LocalPorts UsualPorts(const std::vector<std::string>& worker_ids);
bool AreFree(const LocalPorts& ports);
// The errors of FindFreePorts.
absl::StatusOr<LocalPorts> FreePorts(const std::vector<std::string>& worker_ids);
// The usual ones if they are free, so that other commands find the system where they look first.
absl::StatusOr<LocalPorts> UsualOrFreePorts(const std::vector<std::string>& worker_ids);

struct LocalOptions {
  // Where the executables are.
  std::string program_folder;
  LocalPorts ports;
  // Realms, apps, limits and lease. Addresses, certificates and keys are filled in.
  config::v1::CoordinatorConfig config;
  std::vector<LocalWorker> workers;
  bool with_edge = true;
  // Keep the coordinator's rows in memory only.
  bool in_memory = false;
};

// Programs go by name: "coordinator", "edge", and the workers' ids.
//
// Thread safety: one thread at a time, which is to be the one that made it.
class LocalSystem {
 public:
  static constexpr absl::string_view kCoordinator = "coordinator";
  static constexpr absl::string_view kEdge = "edge";
  // For all programs to be ready. Generous: the machine may be busy with something else.
  static constexpr absl::Duration kStartPatience = absl::Seconds(60);

  // Writes the configuration of all programs into `files` and starts none. `clock` must outlive it.
  // Any error of the system.
  static absl::StatusOr<std::unique_ptr<LocalSystem>> Prepare(LocalFiles files,
                                                              LocalOptions options,
                                                              const Clock& clock);

  // Ends all programs.
  ~LocalSystem();

  // In the order in which they are started.
  std::vector<std::string> names() const;

  // Starts it, also again; with `more` arguments this time. The errors of Child::Start.
  absl::Status Start(absl::string_view name, const std::vector<std::string>& more = {});
  absl::Status StartAll();

  // Whether it was started and not stopped since; it may have died by itself.
  bool IsStarted(absl::string_view name) const { return children_.count(name) > 0; }
  // The program, for killing, freezing and asking how it ended. REQUIRES: it was started.
  Child& child(absl::string_view name);
  // The first program that has ended without being told to through this; nothing while all run.
  std::optional<std::string> FindDead();

  // A variable of the program's environment, from its next start on; an empty value takes it away.
  void SetEnvironment(absl::string_view name, const std::string& variable,
                      const std::string& value);

  // Waits until the coordinator answers, all started workers are attached and the edge listens.
  // FailedPrecondition: a program ended; the message has the end of its log. DeadlineExceeded.
  absl::Status WaitUntilReady(absl::Duration patience = kStartPatience);

  // Ends a program with SIGTERM, and with SIGKILL after a while. Workers first, the coordinator
  // last. Programs that were not started are passed over.
  void Stop(absl::string_view name);
  void StopAll();

  // For an operator; shared by all callers.
  Endpoint operator_endpoint() const;
  absl::StatusOr<std::unique_ptr<Connection>> Connect() const;

  const std::string& program_folder() const { return options_.program_folder; }
  const LocalFiles& files() const { return files_; }
  const LocalPorts& ports() const { return options_.ports; }
  const std::vector<LocalWorker>& workers() const { return options_.workers; }
  const config::v1::CoordinatorConfig& config() const { return options_.config; }
  std::string log_path(absl::string_view name) const;
  std::string config_path(absl::string_view name) const;

 private:
  LocalSystem(LocalFiles files, LocalOptions options, const Clock& clock);

  absl::Status WriteConfigs();
  config::v1::WorkerConfig WorkerConfigOf(const LocalWorker& worker) const;
  absl::StatusOr<Launch> LaunchOf(absl::string_view name) const;
  absl::Status CheckReady(Connection& connection) const;
  absl::Status ExplainDeath(const std::string& name);

  const LocalFiles files_;
  LocalOptions options_;
  const Clock& clock_;
  std::map<std::string, std::unique_ptr<Child>, std::less<>> children_;
  std::map<std::string, std::map<std::string, std::string>, std::less<>> environments_;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_LOCAL_SYSTEM_H_
