// The load: plays the platform and the workers against the product or against bench_floor, which
// speak the same protocol.
//
//   bench_load --address=127.0.0.1:7460 --mode=migrations --concurrency=32 --seconds=4
//
// Prints one line of NAME=VALUE.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "tests/bench/load/closed_loop.h"
#include "tests/bench/load/migration_load.h"
#include "tests/bench/load/platform.h"
#include "tests/bench/load/server_cost.h"

ABSL_FLAG(std::string, address, "", "of the server");
ABSL_FLAG(std::string, mode, "migrations",
          "migrations, schedule or status: closed loops; return: how long a killed server is away");
ABSL_FLAG(int, concurrency, 1, "loops");
ABSL_FLAG(double, seconds, 4, "length of the counted part");
ABSL_FLAG(int, tenants, 0, "at most so many; 0: enough for the time");
ABSL_FLAG(std::string, prefix, "", "of the tenants' names; empty: one of this process");
ABSL_FLAG(bool, reference, false, "the server is bench_floor, which knows no tenants");
ABSL_FLAG(int, pid, 0, "of the server, whose processor time is counted");
ABSL_FLAG(std::string, sync_log, "", "what strace writes of the server's syncs");
ABSL_FLAG(std::string, wal, "", "the server's RocksDB folder");
ABSL_FLAG(std::string, ready, "", "a file that is made when the counted part begins");
ABSL_FLAG(int64_t, since, 0, "return: when the server was started, in nanoseconds of Unix time");

namespace realm::bench {
namespace {

// More than any server here does in a second.
constexpr int kMigrationsPerSecond = 3000;
constexpr int kSchedulesPerSecond = 12000;
constexpr int kStatusTenants = 64;
constexpr int kUnbounded = 1 << 30;

std::string Prefix() {
  const std::string given = absl::GetFlag(FLAGS_prefix);
  return given.empty() ? absl::StrCat("t", getpid(), "-") : given;
}

int Tenants(int per_second) {
  const int given = absl::GetFlag(FLAGS_tenants);
  return given > 0 ? given : static_cast<int>(absl::GetFlag(FLAGS_seconds) * per_second) + 64;
}

ServerProbe Probe() {
  return {absl::GetFlag(FLAGS_pid), absl::GetFlag(FLAGS_sync_log), absl::GetFlag(FLAGS_wal)};
}

ServerCost Begin() {
  const std::string ready = absl::GetFlag(FLAGS_ready);
  if (!ready.empty()) fclose(fopen(ready.c_str(), "w"));
  return CostOf(Probe());
}

void PrintPerMigration(const ServerCost& before, int count) {
  const ServerCost after = CostOf(Probe());
  const double n = std::max(count, 1);
  printf("server_cpu_ms=%.3f syncs=%.3f ", (after.cpu_seconds - before.cpu_seconds) * 1000 / n,
         static_cast<double>(after.syncs - before.syncs) / n);
  // A log that was dropped meanwhile leaves no figure.
  const bool whole = after.wal_files == before.wal_files;
  printf("wal_bytes=%.0f ",
         whole ? static_cast<double>(after.wal_bytes - before.wal_bytes) / n : -1.0);
}

void PrintLatencies(const char* name, Latencies& latencies) {
  printf("%s_p50=%.3f %s_p99=%.3f ", name, latencies.At(.5), name, latencies.At(.99));
}

void RunMigrations(const std::shared_ptr<grpc::Channel>& channel) {
  Platform platform(channel);
  const bool reference = absl::GetFlag(FLAGS_reference);
  const int tenants = Tenants(kMigrationsPerSecond);
  if (!reference) platform.Register(Prefix(), tenants);
  MigrationLoad load(&platform, Prefix(), tenants, reference);
  const ServerCost before = Begin();
  const double took =
      load.Run(channel, absl::GetFlag(FLAGS_concurrency), absl::GetFlag(FLAGS_seconds));
  printf("rate=%.0f ", load.finished() / took);
  PrintPerMigration(before, load.finished());
  PrintLatencies("schedule", load.schedules());
  PrintLatencies("dispatch", load.dispatches());
  printf("n=%d\n", load.finished());
}

// One call again and again.
void RunCalls(const std::shared_ptr<grpc::Channel>& channel, bool status) {
  Platform platform(channel);
  const int tenants = status ? kStatusTenants : Tenants(kSchedulesPerSecond);
  if (!absl::GetFlag(FLAGS_reference)) platform.Register(Prefix(), tenants);
  Latencies latencies;
  ClosedLoop* loop = nullptr;
  const auto ended = [&](double millis) {
    latencies.Add(millis);
    loop->Next();
  };
  ClosedLoop calls(
      [&](int i) {
        if (status) {
          platform.AskStatus(absl::StrCat(Prefix(), i % tenants), ended);
        } else {
          platform.Schedule(absl::StrCat(Prefix(), i), ended);
        }
      },
      status ? kUnbounded : tenants);
  loop = &calls;
  const ServerCost before = Begin();
  const double took = calls.Run(absl::GetFlag(FLAGS_concurrency), absl::GetFlag(FLAGS_seconds));
  printf("rate=%.0f ", calls.finished() / took);
  PrintPerMigration(before, calls.finished());
  PrintLatencies("call", latencies);
  printf("n=%d\n", calls.finished());
}

double SecondsSince(int64_t unix_nanos) {
  return static_cast<double>(absl::ToUnixNanos(SystemClock().Now()) - unix_nanos) / 1e9;
}

// Until the first right answer to status, and until a job that is started then reaches a worker.
void AwaitReturn(const std::shared_ptr<grpc::Channel>& channel) {
  Platform platform(channel);
  const std::string tenant = absl::StrCat(Prefix(), 0);
  while (platform.StatusNow(tenant) != "scheduled") {
  }
  const double answered = SecondsSince(absl::GetFlag(FLAGS_since));
  absl::Notification ordered;
  const auto on_order = [&](const std::string& of, NoOpWorker::Kind) {
    if (of == tenant && !ordered.HasBeenNotified()) ordered.Notify();
  };
  const NoOpWorker us(channel, "US", on_order, [](const std::string&, NoOpWorker::Kind) {});
  const NoOpWorker eu(channel, "EU", on_order, [](const std::string&, NoOpWorker::Kind) {});
  platform.Start(tenant, nullptr);
  ordered.WaitForNotification();
  printf("status_s=%.3f dispatch_s=%.3f\n", answered, SecondsSince(absl::GetFlag(FLAGS_since)));
}

int Run() {
  const std::string mode = absl::GetFlag(FLAGS_mode);
  const auto channel = ChannelTo(absl::GetFlag(FLAGS_address));
  if (mode == "migrations") {
    RunMigrations(channel);
  } else if (mode == "schedule" || mode == "status") {
    RunCalls(channel, mode == "status");
  } else if (mode == "return") {
    AwaitReturn(channel);
  } else {
    fprintf(stderr, "bench_load: there is no mode '%s'\n", mode.c_str());
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace realm::bench

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const int code = realm::bench::Run();
  fflush(stdout);
  _exit(code);
}
