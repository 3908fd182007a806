// Kills, stops and cuts the real programs while tenants move and write, for as long as it is told,
// and proves by a ledger kept outside that no acknowledged write was lost, doubled, left behind or
// put into a wrong realm. `./dev chaos --minutes=10 --seed=7`.

#include <inttypes.h>
#include <stdio.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/clock.h"
#include "common/random.h"
#include "tests/chaos/storm.h"
#include "tests/chaos/surroundings.h"
#include "tests/chaos/tenant_life.h"
#include "tests/chaos/zombies.h"
#include "tests/e2e/running_system.h"
#include "tests/support/eventually.h"

ABSL_FLAG(double, minutes, 2,
          "how long the storm lasts; what moves then is let finish, for ten minutes at most");
ABSL_FLAG(uint64_t, seed, 0, "of what befalls whom, and of what tenants do; 0 draws one");
ABSL_FLAG(int, tenants, 8, "how many move at once");
ABSL_FLAG(int, period_ms, 300, "from one fault to the next");

namespace realm::chaos {
namespace {

constexpr int64_t kMigrationsEach = 1'000'000;
// One tenant in so many has several ranges and pages; the others are moved in a moment, so that
// much moves between two faults.
constexpr int kLargeOneIn = 8;
constexpr int kSmallRecords = 200;
// A life ends by itself some minutes after the storm.
constexpr absl::Duration kEndMost = absl::Minutes(15);
constexpr absl::Duration kBetweenLooks = absl::Milliseconds(50);

// One slot: what waits has lost nothing when its worker dies, and what runs is soon done, also on a
// machine that is busy with other things.
e2e::SystemOptions SystemOfStorm() {
  e2e::SystemOptions options;
  options.stores = e2e::StoreKind::kPostgres;
  options.workers_per_realm = 3;
  options.slots = 1;
  options.lease = kLease;
  return options;
}

std::string NameOf(int64_t number) {
  return absl::StrCat("tenant-", number);
}

std::string TenantOf(absl::string_view migration) {
  int64_t number = 0;
  return absl::SimpleAtoi(migration, &number) ? NameOf(number / kMigrationsEach - 1) : "";
}

// One storm over one system.
class Chaos {
 public:
  explicit Chaos(uint64_t seed);

  // Until what moves has come to an end.
  void Play(absl::Duration length, absl::Duration period);
  // Prints the figures and what was found. Whether nothing was.
  bool Report();

 private:
  void AddTenants(int count);
  void AddNeighbour(const std::string& tenant, const std::string& home);
  std::map<std::string, std::string> Databases();
  void StartLives();
  void Blow(absl::Duration length, absl::Duration period);
  void WindDown();
  void PrintStorm() const;
  void PrintLives() const;
  int64_t CountStale() const;
  std::vector<std::string> Findings();
  void KeepLogs();

  const SystemClock clock_;
  const uint64_t seed_;
  e2e::RunningSystem running_;
  Links links_;
  Machines machines_;
  std::unique_ptr<Zombies> zombies_;
  std::unique_ptr<Storm> storm_;
  std::atomic<bool> winding_down_{false};
  std::atomic<int> living_{0};
  LifeFigures figures_;
  // Of those above, when the storm ended.
  int64_t committed_in_storm_ = 0;
  int64_t rolled_back_in_storm_ = 0;
  std::vector<std::unique_ptr<TenantLife>> lives_;
  // By realm.
  std::map<std::string, std::unique_ptr<TenantRecords>> neighbours_;
  std::vector<std::thread> threads_;
};

Chaos::Chaos(uint64_t seed) : seed_(seed), running_(SystemOfStorm()) {
  AddTenants(absl::GetFlag(FLAGS_tenants));
  AddNeighbour("globex", "US");
  AddNeighbour("initech", "EU");
  links_ = MakeLinks(running_);
  machines_ = MakeMachines(running_.system());
  zombies_ = std::make_unique<Zombies>(&running_, &TenantOf);
  storm_ = std::make_unique<Storm>(seed, &running_, &links_, &machines_, zombies_.get());
}

void Chaos::AddTenants(int count) {
  for (int i = 0; i < count; ++i) {
    running_.AddTenant(NameOf(i), i % kLargeOneIn == 0 ? e2e::kManyRecords : kSmallRecords);
    LifeOptions life;
    life.tenant = NameOf(i);
    life.seed = seed_ * 1000 + static_cast<uint64_t>(i);
    life.first_migration = (i + 1) * kMigrationsEach;
    life.site_at = [this, name = NameOf(i)](absl::string_view realm) {
      return running_.SiteOf(name, realm);
    };
    life.databases = Databases();
    life.winding_down = &winding_down_;
    life.figures = &figures_;
    lives_.push_back(std::make_unique<TenantLife>(std::move(life)));
  }
}

std::map<std::string, std::string> Chaos::Databases() {
  e2e::TenantStores& stores = running_.stores();
  return {{"US", stores.ConnectionString("US")}, {"EU", stores.ConnectionString("EU")}};
}

// One that stays where it is.
void Chaos::AddNeighbour(const std::string& tenant, const std::string& home) {
  neighbours_[home] =
      std::make_unique<TenantRecords>(tenant, Databases(), seed_, &figures_.records);
  REALM_CHECK(neighbours_[home]->Remember(home));
}

void Chaos::StartLives() {
  living_ = static_cast<int>(lives_.size());
  for (const auto& life : lives_) {
    threads_.emplace_back([this, &life] {
      life->Run();
      --living_;
    });
  }
}

void Chaos::Play(absl::Duration length, absl::Duration period) {
  running_.Start();
  StartLives();
  Blow(length, period);
  committed_in_storm_ = figures_.migrations;
  rolled_back_in_storm_ = figures_.rolled_back;
  storm_->Calm();
  WindDown();
}

// By the clock and not by how long a turn takes, so that as much happens on a slow machine.
void Chaos::Blow(absl::Duration length, absl::Duration period) {
  const auto all_live = [this] { return living_ == static_cast<int>(lives_.size()); };
  absl::Duration next = clock_.Monotonic();
  const absl::Duration end = next + length;
  for (; next < end && all_live(); next += period) {
    Eventually([&] { return !all_live() || clock_.Monotonic() >= next; }, absl::Minutes(1));
    storm_->Turn();
  }
}

// What dies by itself is started again here too, as whoever runs it would do.
void Chaos::WindDown() {
  winding_down_ = true;
  const auto all_rest = [this] {
    running_.Revive();
    return living_ == 0;
  };
  Eventually(all_rest, kEndMost, kBetweenLooks);
  for (std::thread& thread : threads_)
    thread.join();
}

void Chaos::PrintStorm() const {
  int64_t writes_refused = 0;
  int64_t syncs_failed = 0;
  for (const auto& [name, machine] : machines_) {
    writes_refused += machine->writes_refused();
    syncs_failed += machine->syncs_failed();
  }
  const StormFigures& storm = storm_->figures();
  printf("kills %" PRId64 ", stops %" PRId64 ", partitions %" PRId64 ", bad links %" PRId64
         ", database restarts %" PRId64 ", clock steps %" PRId64 "\n",
         storm.kills, storm.stops, storm.partitions, storm.bad_links, storm.database_restarts,
         storm.clock_steps);
  printf("full disks %" PRId64 " (%" PRId64 " writes refused), spells of failing syncs %" PRId64
         " (%" PRId64 " failed), exits of their own %" PRId64 "\n",
         storm.full_disks, writes_refused, storm.failing_syncs, syncs_failed, storm.exits);
  const ZombieFigures& zombies = zombies_->figures();
  printf("workers asleep in a job %" PRId64 ", of which %" PRId64
         " woke up when it was another's; stale changes refused %" PRId64 "\n",
         zombies.asleep, zombies.passed_by, CountStale());
}

void Chaos::PrintLives() const {
  const RecordFigures& records = figures_.records;
  printf("in the storm %" PRId64 " migrations committed and %" PRId64
         " rolled back; after it %" PRId64 " and %" PRId64 "\n",
         committed_in_storm_, rolled_back_in_storm_, figures_.migrations - committed_in_storm_,
         figures_.rolled_back - rolled_back_in_storm_);
  printf("hooks %" PRId64 ", polls %" PRId64 ", not answered %" PRId64 "; the app wrote %" PRId64
         " records, was refused %" PRId64 " times and not told %" PRId64 " times\n",
         figures_.hooks.load(), figures_.polls.load(), figures_.unanswered.load(),
         records.written.load(), records.refused.load(), records.unknown.load());
  printf("%" PRId64 " records compared with the ledger, %" PRId64 " with a checksum\n",
         records.compared.load(), records.checksummed.load());
}

int64_t Chaos::CountStale() const {
  int64_t stale = 0;
  for (const auto& [name, machine] : machines_)
    stale += running_.SumInLog(name, "job finished", "fenced");
  return stale;
}

std::vector<std::string> CompareAtRest(TenantRecords& records, const std::string& home) {
  std::optional<std::vector<std::string>> wrong;
  Eventually([&] {
    // A session from before the last restart of a database is found to be lost first.
    wrong = records.Compare(home, home == "US" ? "EU" : "US");
    return wrong.has_value();
  });
  return wrong.value_or(std::vector<std::string>{"the databases could not be asked"});
}

std::vector<std::string> Chaos::Findings() {
  std::vector<std::string> findings;
  if (figures_.migrations == 0) findings.emplace_back("nothing moved, so that nothing is shown");
  for (const auto& [home, neighbour] : neighbours_) {
    for (const std::string& wrong : CompareAtRest(*neighbour, home))
      findings.push_back(absl::StrCat("a tenant that did not move: ", wrong));
  }
  for (const auto& life : lives_)
    findings.insert(findings.end(), life->findings().begin(), life->findings().end());
  return findings;
}

bool Chaos::Report() {
  PrintStorm();
  PrintLives();
  fflush(stdout);
  const std::vector<std::string> findings = Findings();
  for (const std::string& finding : findings)
    printf("FOUND %s\n", finding.c_str());
  printf("seed %" PRIu64 ", %s: zero lost, zero doubled, zero left behind, zero in a wrong realm\n",
         seed_, findings.empty() ? "shown" : "NOT SHOWN");
  if (!findings.empty()) KeepLogs();
  return findings.empty();
}

void Chaos::KeepLogs() {
  const std::string kept = absl::StrCat("build/chaos-", seed_);
  std::filesystem::remove_all(kept);
  std::filesystem::copy(running_.system().files().path("log"), kept,
                        std::filesystem::copy_options::recursive);
  printf("the programs' logs are in %s\n", kept.c_str());
}

int Run() {
  const uint64_t seed =
      absl::GetFlag(FLAGS_seed) != 0 ? absl::GetFlag(FLAGS_seed) : RandomBits() % 1'000'000;
  printf("seed %" PRIu64 "\n", seed);
  fflush(stdout);
  Chaos chaos(seed);
  chaos.Play(absl::Minutes(1) * absl::GetFlag(FLAGS_minutes),
             absl::Milliseconds(absl::GetFlag(FLAGS_period_ms)));
  return chaos.Report() ? 0 : 1;
}

}  // namespace
}  // namespace realm::chaos

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return realm::chaos::Run();
}
