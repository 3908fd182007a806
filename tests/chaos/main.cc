// Kills, stops and cuts the real programs while tenants move and write, for as long as it is told,
// and proves by a ledger kept outside that no acknowledged write was lost, doubled, left behind or
// put into a wrong realm. `./dev chaos --minutes=10 --seed=7`.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "common/check.h"
#include "common/clock.h"
#include "common/files.h"
#include "common/random.h"
#include "coordinator/ctl/free_ports.h"
#include "tests/chaos/link_proxy.h"
#include "tests/chaos/machine.h"
#include "tests/chaos/storm.h"
#include "tests/chaos/tenant_life.h"
#include "tests/e2e/running_system.h"
#include "tests/support/eventually.h"

ABSL_FLAG(double, minutes, 2,
          "how long the storm lasts; what moves then is let finish, for ten minutes at most");
ABSL_FLAG(uint64_t, seed, 0, "of what befalls whom, and of what tenants do; 0 draws one");
ABSL_FLAG(int, tenants, 6, "how many move at once");
ABSL_FLAG(int, period_ms, 300, "from one fault to the next");

namespace realm::chaos {
namespace {

constexpr int64_t kMigrationsEach = 1'000'000;
// A life ends by itself some minutes after the storm.
constexpr absl::Duration kEndMost = absl::Minutes(15);

// Puts a link before `target_port`, for whatever the file at `path` says about that port.
void PutBetween(const std::string& name, const std::string& path, absl::string_view key,
                int target_port, Links* links) {
  const auto ports = ctl::FindFreePorts(1);
  REALM_CHECK_OK(ports.status());
  auto link = std::make_unique<LinkProxy>(ports->front(), target_port);
  const auto text = ReadSmallFile(path);
  REALM_CHECK_OK(text.status());
  const std::string before = absl::StrCat(key, target_port);
  const std::string after = absl::StrReplaceAll(*text, {{before, absl::StrCat(key, link->port())}});
  REALM_CHECK(after != *text, path, " does not say ", before);
  REALM_CHECK_OK(WriteFileAtomically(path, after, 0600));
  (*links)[name] = std::move(link);
}

// Who calls whom: workers and edge the coordinator, workers each other, workers their database.
Links MakeLinks(e2e::RunningSystem& running) {
  Links links;
  ctl::LocalSystem& system = running.system();
  const int coordinator = system.ports().grpc;
  PutBetween("edge to coordinator", system.config_path(e2e::kEdge),
             "  coordinator: \"127.0.0.1:", coordinator, &links);
  for (const ctl::LocalWorker& worker : system.workers()) {
    const std::string path = system.config_path(worker.id);
    PutBetween(absl::StrCat(worker.id, " to coordinator"), path,
               "coordinator: \"127.0.0.1:", coordinator, &links);
    // What peers dial is the link; where it listens stays.
    const int data = system.ports().data.at(worker.id);
    const auto text = ReadSmallFile(path);
    REALM_CHECK_OK(text.status());
    REALM_CHECK_OK(WriteFileAtomically(
        path, absl::StrCat(*text, "data_endpoint: \"127.0.0.1:", data, "\"\n"), 0600));
    PutBetween(absl::StrCat("peers to ", worker.id), path, "data_endpoint: \"127.0.0.1:", data,
               &links);
  }
  for (const std::string realm : {"US", "EU"}) {
    PutBetween(absl::StrCat("workers to the database of ", realm),
               system.files().path(absl::StrCat("keys/connection-", realm)),
               "port=", e2e::PostgresClusterOf(realm).port(), &links);
  }
  return links;
}

// Each program on a machine of its own: its clock and its disk.
Machines MakeMachines(e2e::RunningSystem& running) {
  Machines machines;
  ctl::LocalSystem& system = running.system();
  for (const std::string& name : system.names()) {
    auto machine = std::make_unique<Machine>(system.files().path(absl::StrCat("machine-", name)));
    system.SetEnvironment(name, "LD_PRELOAD", Machine::LibraryPath());
    system.SetEnvironment(name, kMachineFaultsVariable, machine->path());
    machines[name] = std::move(machine);
  }
  return machines;
}

void Print(const StormFigures& storm, const Machines& machines) {
  int64_t writes_refused = 0;
  int64_t syncs_failed = 0;
  for (const auto& [name, machine] : machines) {
    writes_refused += machine->writes_refused();
    syncs_failed += machine->syncs_failed();
  }
  printf("kills %" PRId64 ", stops %" PRId64 " and in the middle of a job %" PRId64
         ", partitions %" PRId64 ", database restarts %" PRId64 ", clock steps %" PRId64 "\n",
         storm.kills, storm.stops, storm.stops_in_jobs, storm.partitions, storm.database_restarts,
         storm.clock_steps);
  printf("full disks %" PRId64 " (%" PRId64 " writes refused), spells of failing syncs %" PRId64
         " (%" PRId64 " failed), exits of their own %" PRId64 "\n",
         storm.full_disks, writes_refused, storm.failing_syncs, syncs_failed, storm.exits);
}

void Print(const LifeFigures& life, int64_t stale) {
  printf("%" PRId64 " migrations committed, %" PRId64 " rolled back; stale changes refused %" PRId64
         "\n",
         life.migrations.load(), life.rolled_back.load(), stale);
  printf("hooks %" PRId64 ", polls %" PRId64 ", not answered %" PRId64 "; the app wrote %" PRId64
         " records, was refused %" PRId64 " times and not told %" PRId64 " times; %" PRId64
         " records compared\n",
         life.hooks.load(), life.polls.load(), life.unanswered.load(), life.written.load(),
         life.refused.load(), life.unknown.load(), life.compared.load());
  fflush(stdout);
}

int Run() {
  const uint64_t seed =
      absl::GetFlag(FLAGS_seed) != 0 ? absl::GetFlag(FLAGS_seed) : RandomBits() % 1'000'000;
  printf("seed %" PRIu64 "\n", seed);
  fflush(stdout);
  const SystemClock clock;
  e2e::SystemOptions options;
  options.stores = e2e::StoreKind::kPostgres;
  options.workers_per_realm = 2;
  e2e::RunningSystem running(options);
  std::vector<std::string> names;
  for (int i = 0; i < absl::GetFlag(FLAGS_tenants); ++i) {
    names.push_back(absl::StrCat("tenant-", i));
    running.AddTenant(names.back());
  }
  Links links = MakeLinks(running);
  Machines machines = MakeMachines(running);
  running.Start();

  std::atomic<bool> winding_down{false};
  std::atomic<int> living{0};
  LifeFigures figures;
  std::vector<std::unique_ptr<TenantLife>> lives;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < names.size(); ++i) {
    LifeOptions life;
    life.tenant = names[i];
    life.seed = seed * 1000 + i;
    life.first_migration = static_cast<int64_t>(i + 1) * kMigrationsEach;
    life.site_at = [&running, name = names[i]](absl::string_view realm) {
      return running.SiteOf(name, realm);
    };
    life.databases = {{"US", running.stores().ConnectionString("US")},
                      {"EU", running.stores().ConnectionString("EU")}};
    life.winding_down = &winding_down;
    life.figures = &figures;
    lives.push_back(std::make_unique<TenantLife>(std::move(life)));
  }
  for (const auto& life : lives) {
    ++living;
    threads.emplace_back([&living, raw = life.get()] {
      raw->Run();
      --living;
    });
  }

  Storm storm(seed, &running, &links, &machines);
  // By the clock and not by how long a turn takes, so that as much happens on a slow machine.
  absl::Duration next = clock.Monotonic();
  const absl::Duration end = next + absl::Minutes(1) * absl::GetFlag(FLAGS_minutes);
  const absl::Duration period = absl::Milliseconds(absl::GetFlag(FLAGS_period_ms));
  const auto all_live = [&] { return living == static_cast<int>(names.size()); };
  for (; next < end && all_live(); next += period) {
    Eventually([&] { return !all_live() || clock.Monotonic() >= next; }, absl::Minutes(1));
    storm.Turn();
  }
  storm.Calm();
  winding_down = true;
  // What dies by itself is started again here too, as whoever runs it would do.
  Eventually(
      [&] {
        running.Revive();
        return living == 0;
      },
      kEndMost);
  for (std::thread& thread : threads)
    thread.join();

  int64_t stale = 0;
  for (const ctl::LocalWorker& worker : running.system().workers())
    stale += running.SumInLog(worker.id, "job finished", "fenced");
  Print(storm.figures(), machines);
  Print(figures, stale);
  int findings = 0;
  if (figures.migrations == 0) {
    printf("FOUND nothing moved, so that nothing is shown\n");
    ++findings;
  }
  for (const auto& life : lives) {
    for (const std::string& finding : life->findings()) {
      printf("FOUND %s\n", finding.c_str());
      ++findings;
    }
  }
  printf("seed %" PRIu64 ", %s: zero lost, zero doubled, zero left behind, zero in a wrong realm\n",
         seed, findings == 0 ? "shown" : "NOT SHOWN");
  if (findings > 0) {
    const std::string kept = absl::StrCat("build/chaos-", seed);
    std::filesystem::remove_all(kept);
    std::filesystem::copy(running.system().files().path("log"), kept,
                          std::filesystem::copy_options::recursive);
    printf("the programs' logs are in %s\n", kept.c_str());
  }
  return findings == 0 ? 0 : 1;
}

}  // namespace
}  // namespace realm::chaos

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return realm::chaos::Run();
}
