// realm-worker: moves, deletes and serves the tenants' data of one realm.

#include <stdio.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "common/config/config.h"
#include "common/config/words.h"
#include "common/log.h"
#include "common/program/daemon.h"
#include "common/status_macros.h"
#include "common/tls.h"
#include "worker/connector/store_tool.h"
#include "worker/rpc/worker.h"

namespace realm::worker {
namespace {

// A supervisor that sends SIGTERM usually waits 30 seconds before SIGKILL.
constexpr absl::Duration kDrainMax = absl::Seconds(20);

// The first signal drains; after a while, or at a second one, the worker stops whatever is not
// acknowledged.
void WatchSignals(const std::atomic<bool>& over, StopSignals& signals, Worker& worker) {
  signals.Wait();
  if (over) return;
  worker.Drain();
  signals.Wait(kDrainMax, 2);
  if (over) return;
  worker.Stop();
  // A job that hangs in its store cannot be waited for; whatever it wrote is whole.
  signals.Wait(kDrainMax, 3);
  if (!over) _exit(0);
}

absl::Status Work(const Arguments& arguments, const config::v1::WorkerConfig& config,
                  StopSignals& signals) {
  static const SystemClock clock;
  const WorkerOptions options = {arguments.Has("insecure"), arguments.Has("once")};
  ASSIGN_OR_RETURN(const std::unique_ptr<Worker> worker, Worker::Start(config, options, clock));
  Log(Level::kInfo, "worker started",
      {{"worker", config.worker_id()},
       {"realm", config.realm()},
       {"data", worker->data_address()},
       {"monitor", worker->monitor_address()}});
  std::atomic<bool> over = false;
  std::thread watcher([&] { WatchSignals(over, signals, *worker); });
  const absl::Status status = worker->Run();
  over = true;
  signals.Wake();
  watcher.join();
  return status;
}

absl::Status LookIntoStore(const Arguments& arguments, const config::v1::WorkerConfig& config) {
  StoreRequest request;
  if (arguments.positional().size() > 1) request.verb = arguments.positional()[1];
  request.dataset = arguments.Get("dataset");
  request.tenant = arguments.Get("tenant");
  ASSIGN_OR_RETURN(request.records, arguments.GetCount("records", 0));
  ASSIGN_OR_RETURN(request.value_bytes, arguments.GetCount("value-bytes", 100));
  ASSIGN_OR_RETURN(const int64_t seed, arguments.GetCount("seed", 0));
  request.seed = static_cast<uint64_t>(seed);
  ASSIGN_OR_RETURN(const std::string answer, RunStoreTool(config, request));
  printf("%s\n", answer.c_str());
  return absl::OkStatus();
}

// Without words it works; there is one other thing that it can do.
absl::Status Run(const Arguments& arguments, StopSignals& signals) {
  const bool works = arguments.positional().empty();
  if (!works && arguments.positional()[0] != "store") {
    return absl::InvalidArgumentError(absl::StrCat(
        "there is no command ", Quoted(arguments.positional()[0]), "; there is store"));
  }
  ASSIGN_OR_RETURN(const std::string file, ConfigOf(arguments));
  ASSIGN_OR_RETURN(const config::v1::WorkerConfig config, LoadWorkerConfig(file));
  return works ? Work(arguments, config, signals) : LookIntoStore(arguments, config);
}

Daemon WorkerProgram() {
  Daemon daemon;
  daemon.name = "realm-worker";
  daemon.summary = "moves, deletes and serves tenants' data of one realm";
  daemon.usage = {"realm-worker --config=/etc/realmshift/worker.yaml",
                  "realm-worker store count|digest|seed --config=FILE --dataset=NAME --tenant=ID"};
  daemon.flags = {
      {"config", "FILE", "the worker's configuration (required)"},
      {"insecure", "", "without TLS; all addresses must be loopback"},
      {"once", "", "run one job and exit: 0 it is done, 1 it failed"},
      {"dataset", "NAME", "store: which dataset of the configuration"},
      {"tenant", "ID", "store: whose records"},
      {"records", "COUNT", "store seed: how many"},
      {"value-bytes", "BYTES", "store seed: the length of each value; default 100"},
      {"seed", "NUMBER", "store seed: the same number makes the same records"},
  };
  daemon.words_max = 2;
  daemon.run = Run;
  return daemon;
}

}  // namespace
}  // namespace realm::worker

int main(int argc, char** argv) {
  realm::RouteGrpcLogs();
  return realm::RunDaemon(realm::worker::WorkerProgram(), argc, argv);
}
