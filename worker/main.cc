// realm-worker: moves, deletes and serves the tenants' data of one realm.

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "common/config/config.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "worker/connector/store_tool.h"
#include "worker/rpc/worker.h"

ABSL_FLAG(std::string, config, "", "the worker's configuration file (required)");
ABSL_FLAG(bool, insecure, false, "without TLS; all addresses must be loopback");
ABSL_FLAG(bool, once, false, "run one job and exit: 0 it is done, 1 it failed");
ABSL_FLAG(std::string, dataset, "", "store: which dataset of the configuration");
ABSL_FLAG(std::string, tenant, "", "store: whose records");
ABSL_FLAG(int64_t, records, 0, "store seed: how many");
ABSL_FLAG(int64_t, value_bytes, 100, "store seed: the length of each value");
ABSL_FLAG(uint64_t, seed, 0, "store seed: the same number makes the same records");

namespace realm::worker {
namespace {

// A supervisor that sends SIGTERM usually waits 30 seconds before SIGKILL.
constexpr absl::Duration kDrainMax = absl::Seconds(20);

// Waits for SIGTERM or SIGINT, which every thread blocks. The first drains; after a while, or a
// second one, the worker stops whatever is not acknowledged. SIGUSR1 ends the waiting.
void WatchSignals(const sigset_t& signals, Worker& worker) {
  int signal = 0;
  sigwait(&signals, &signal);
  if (signal == SIGUSR1) return;
  worker.Drain();
  const timespec patience = absl::ToTimespec(kDrainMax);
  if (sigtimedwait(&signals, nullptr, &patience) == SIGUSR1) return;
  worker.Stop();
  // A job that hangs in its store cannot be waited for; whatever it wrote is whole.
  if (sigtimedwait(&signals, nullptr, &patience) != SIGUSR1) _exit(0);
}

absl::Status RunWorker() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1})
    sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  RETURN_IF_ERROR(ArmFailpoints());
  if (absl::GetFlag(FLAGS_config).empty()) {
    return absl::InvalidArgumentError("--config is missing; give the worker's configuration file");
  }
  ASSIGN_OR_RETURN(const config::v1::WorkerConfig config,
                   LoadWorkerConfig(absl::GetFlag(FLAGS_config)));
  static const SystemClock clock;
  ASSIGN_OR_RETURN(
      const std::unique_ptr<Worker> worker,
      Worker::Start(config, {absl::GetFlag(FLAGS_insecure), absl::GetFlag(FLAGS_once)}, clock));
  Log(Level::kInfo, "worker started",
      {{"worker", config.worker_id()},
       {"realm", config.realm()},
       {"data", worker->data_address()}});
  std::thread watcher([&] { WatchSignals(signals, *worker); });
  const absl::Status status = worker->Run();
  pthread_kill(watcher.native_handle(), SIGUSR1);
  watcher.join();
  return status;
}

absl::Status RunStore(const std::vector<char*>& words) {
  ASSIGN_OR_RETURN(const config::v1::WorkerConfig config,
                   LoadWorkerConfig(absl::GetFlag(FLAGS_config)));
  const StoreRequest request = {words.size() > 2 ? words[2] : "", absl::GetFlag(FLAGS_dataset),
                                absl::GetFlag(FLAGS_tenant),      absl::GetFlag(FLAGS_records),
                                absl::GetFlag(FLAGS_value_bytes), absl::GetFlag(FLAGS_seed)};
  ASSIGN_OR_RETURN(const std::string answer, RunStoreTool(config, request));
  printf("%s\n", answer.c_str());
  return absl::OkStatus();
}

// Without words it works; there is one other thing that it can do.
absl::Status Run(const std::vector<char*>& words) {
  if (words.size() < 2) return RunWorker();
  if (std::string(words[1]) == "store") return RunStore(words);
  return absl::InvalidArgumentError(
      absl::StrCat("there is no command \"", words[1], "\"; there is store"));
}

int ExitCode(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 0;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kFailedPrecondition:
      return 2;
    case absl::StatusCode::kUnavailable:
      return 4;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return 5;
    default:
      return 1;
  }
}

}  // namespace
}  // namespace realm::worker

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "moves, deletes and serves tenants' data of one realm\n"
      "  realm-worker --config=/etc/realmshift/worker.yaml\n"
      "  realm-worker store count|digest|seed --config=... --dataset=NAME --tenant=ID");
  const absl::Status status = realm::worker::Run(absl::ParseCommandLine(argc, argv));
  if (!status.ok()) fprintf(stderr, "realm-worker: %s\n", std::string(status.message()).c_str());
  return realm::worker::ExitCode(status);
}
