#include "tests/sim/random_scenario.h"

#include <string>

#include "absl/strings/str_cat.h"

#include "tests/sim/world/random.h"

namespace realm::sim {
namespace {

using coordinator::Hook;
using coordinator::SwitchOrder;

// Apart from the world's own stream for the same seed.
constexpr uint64_t kStream = 0x5ce7a210;

// When a tenant's first migration is ordered, and how long after one the next is.
constexpr absl::Duration kBeginMax = absl::Minutes(10);
// Of migrations: as many as a file may have.
constexpr size_t kMovesMax = 64;

// In whole seconds.
absl::Duration Upto(Random* random, absl::Duration most) {
  return absl::Seconds(random->Between(0, absl::ToInt64Seconds(most)));
}

void DrawRealms(Random* random, Scenario* scenario) {
  const char* const codes[] = {"US", "EU", "AU"};
  const int64_t count = random->Between(2, 3);
  for (int64_t i = 0; i < count; ++i) {
    RealmSpec realm;
    realm.code = codes[i];
    realm.store = realm.code;
    realm.workers = static_cast<int>(random->Between(1, 2));
    realm.slots = static_cast<int>(random->Between(1, 4));
    realm.divided = realm.workers > 1 && random->Chance(250);
    scenario->realms.push_back(realm);
  }
  // Two codes, one store: a move between them is none.
  if (count == 3 && random->Chance(50)) scenario->realms[2].store = scenario->realms[1].store;
}

void DrawApp(Random* random, Scenario* scenario) {
  AppSpec& app = scenario->app;
  app.transfers.push_back({"core", true});
  if (random->Chance(300)) app.transfers.push_back({"files", true});
  if (random->Chance(300)) app.transfers.push_back({"history", false});
  coordinator::Terms& terms = app.terms;
  if (random->Chance(300)) terms.switch_order = SwitchOrder::kBeforeCommit;
  terms.seal_at_ready = random->Chance(250);
  terms.purge_grace = absl::Minutes(random->Between(0, 5));
  if (random->Chance(100)) terms.accept_elapsed = absl::Minutes(random->Between(60, 240));
  // Nothing happens while one waits for a person, but that the hours go by.
  terms.stuck_after = absl::Minutes(random->Between(5, 20));
  app.lease = absl::Seconds(random->Between(20, 120));
}

// Many in one world, at overlapping times: what a world costs by itself, its hours, frames and
// faults, is shared by all of them.
void DrawTenants(Random* random, Scenario* scenario) {
  const int64_t count = random->Between(32, 56);
  for (int64_t i = 0; i < count; ++i) {
    TenantSpec tenant;
    tenant.id = absl::StrCat("tenant-", i + 1);
    tenant.realm = scenario
                       ->realms[static_cast<size_t>(
                           random->Below(static_cast<int64_t>(scenario->realms.size())))]
                       .code;
    // Some have several pages and ranges.
    const int64_t most = random->Chance(150) ? 60 : 20;
    for (const TransferSpec& transfer : scenario->app.transfers)
      tenant.data[transfer.name] = static_cast<int>(random->Between(0, most));
    if (random->Chance(700)) {
      tenant.writes_per_second = static_cast<double>(random->Between(1, 40)) / 1000;
    }
    scenario->tenants.push_back(tenant);
  }
}

std::string OtherRealm(const Scenario& scenario, const std::string& realm, Random* random) {
  const auto count = static_cast<int64_t>(scenario.realms.size());
  const int64_t first = random->Below(count);
  for (int64_t i = 0; i < count; ++i) {
    const std::string& code = scenario.realms[static_cast<size_t>((first + i) % count)].code;
    if (code != realm) return code;
  }
  return realm;
}

// Each tenant moves once or twice; a second move is another one, later.
void DrawMigrations(Random* random, Scenario* scenario) {
  int number = 0;
  size_t spare = kMovesMax - scenario->tenants.size();
  for (const TenantSpec& tenant : scenario->tenants) {
    absl::Duration at = Upto(random, kBeginMax);
    const bool twice = random->Chance(200) && spare > 0;
    const int64_t moves = twice ? 2 : 1;
    if (twice) --spare;
    std::string realm = tenant.realm;
    for (int64_t i = 0; i < moves; ++i) {
      MigrationSpec migration;
      migration.id = absl::StrCat("m", ++number);
      migration.tenant = tenant.id;
      migration.target = OtherRealm(*scenario, realm, random);
      migration.schedule_at = at;
      migration.window_at = at + Upto(random, absl::Minutes(5));
      migration.window = absl::Minutes(8) + Upto(random, absl::Minutes(8));
      realm = migration.target;
      at = migration.window_at + migration.window + absl::Minutes(2) +
           Upto(random, absl::Minutes(5));
      scenario->migrations.push_back(migration);
    }
  }
}

void DrawHooks(Random* random, Scenario* scenario) {
  PlatformSpec& platform = scenario->platform;
  const auto rate = [random](int64_t per_mille_max) {
    return random->Chance(500) ? static_cast<double>(random->Below(per_mille_max)) / 1000 : 0;
  };
  platform.lose_rate = rate(200);
  platform.lose_answer_rate = rate(300);
  platform.duplicate_rate = rate(300);
  platform.late_rate = rate(200);
  platform.early_finish = random->Chance(700);
  platform.overrun = absl::Minutes(random->Between(3, 10));
  if (random->Chance(60)) platform.hooks[Hook::kStart].omit = true;
  if (random->Chance(60)) platform.hooks[Hook::kCommit].omit = true;
  if (random->Chance(60)) platform.hooks[Hook::kRollback].lose = true;
  if (random->Chance(100)) platform.hooks[Hook::kCommit].lose_answer = true;
}

}  // namespace

Scenario RandomScenario(uint64_t seed) {
  Random random(seed ^ kStream);
  Scenario scenario;
  scenario.name = "random";
  DrawRealms(&random, &scenario);
  DrawApp(&random, &scenario);
  DrawTenants(&random, &scenario);
  DrawMigrations(&random, &scenario);
  DrawHooks(&random, &scenario);
  scenario.mix.kinds = AllFaultKinds();
  // Most hit all that move at that time.
  scenario.mix.per_migration = static_cast<double>(random.Between(4, 14));
  scenario.faults_until = absl::Minutes(50);
  scenario.heal_limit = absl::Hours(12);
  scenario.timers_never = random.Chance(30);
  scenario.timers_always = !scenario.timers_never && random.Chance(30);
  return scenario;
}

}  // namespace realm::sim
