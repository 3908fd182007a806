#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"

#include "common/config/syntax.h"
#include "common/config/words.h"
#include "common/limits.h"
#include "tests/sim/scenario_yaml.h"
#include "tests/sim/world/run.h"
#include "tests/sim/yaml_fields.h"

namespace realm::sim {
namespace {

constexpr size_t kTenantsMax = 64;
constexpr size_t kMigrationsMax = 64;

const std::vector<std::string>& OutcomeWords() {
  static const auto* words = new std::vector<std::string>{"any",         "ended",     "committed",
                                                          "rolled-back", "cancelled", "refused"};
  return *words;
}

std::string At(absl::string_view path, size_t index) {
  return absl::StrCat(path, "[", index, "]");
}

std::vector<std::string> RealmCodes(const Scenario& scenario) {
  std::vector<std::string> codes;
  for (const RealmSpec& realm : scenario.realms)
    codes.push_back(realm.code);
  return codes;
}

template <typename Item>
std::vector<std::string> Ids(const std::vector<Item>& items) {
  std::vector<std::string> ids;
  for (const Item& item : items)
    ids.push_back(item.id);
  return ids;
}

// `word` must be one of `known`; empty is another finding's business.
void Refer(const std::string& path, const std::string& word, const std::vector<std::string>& known,
           Findings& findings) {
  if (word.empty() || std::find(known.begin(), known.end(), word) != known.end()) return;
  findings.Add(path, absl::StrCat("is ", Quoted(word), "; ", Suggestion(word, known)));
}

void CheckRealms(const Scenario& scenario, Findings& findings) {
  if (scenario.realms.size() < 2) findings.Add("realms", "has fewer than two; a move needs two");
  for (const RealmSpec& realm : scenario.realms) {
    const std::string wrong = CheckRealmCode(realm.code);
    if (!wrong.empty()) findings.Add(Below("realms", realm.code), wrong);
  }
}

void CheckTransfers(const Scenario& scenario, Findings& findings) {
  const std::vector<TransferSpec>& transfers = scenario.app.transfers;
  if (transfers.empty()) findings.Add("app", "needs transfers, such as [{name: core}]");
  if (transfers.size() > static_cast<size_t>(kTransfersMax)) {
    findings.Add("app.transfers", absl::StrCat("are more than ", kTransfersMax));
  }
  std::set<std::string> names;
  for (size_t i = 0; i < transfers.size(); ++i) {
    if (!names.insert(transfers[i].name).second) {
      findings.Add(At("app.transfers", i), absl::StrCat("has the name of another one"));
    }
  }
}

void CheckTenants(const Scenario& scenario, Findings& findings) {
  if (scenario.tenants.empty()) findings.Add("tenants", "are missing; nobody would move");
  if (scenario.tenants.size() > kTenantsMax) {
    findings.Add("tenants", absl::StrCat("are more than ", kTenantsMax));
  }
  std::vector<std::string> transfers;
  for (const TransferSpec& transfer : scenario.app.transfers)
    transfers.push_back(transfer.name);
  for (const TenantSpec& tenant : scenario.tenants) {
    const std::string path = Below("tenants", tenant.id);
    Refer(Below(path, "realm"), tenant.realm, RealmCodes(scenario), findings);
    for (const auto& [transfer, count] : tenant.data)
      Refer(Below(Below(path, "data"), transfer), transfer, transfers, findings);
  }
}

void CheckMigrations(const Scenario& scenario, Findings& findings) {
  if (scenario.migrations.empty()) findings.Add("migrations", "are missing; nothing would happen");
  if (scenario.migrations.size() > kMigrationsMax) {
    findings.Add("migrations", absl::StrCat("are more than ", kMigrationsMax));
  }
  std::set<std::string> ids;
  for (size_t i = 0; i < scenario.migrations.size(); ++i) {
    const MigrationSpec& migration = scenario.migrations[i];
    const std::string path = At("migrations", i);
    if (!ids.insert(migration.id).second) findings.Add(path + ".id", "is another one's too");
    Refer(path + ".tenant", migration.tenant, Ids(scenario.tenants), findings);
    Refer(path + ".target", migration.target, RealmCodes(scenario), findings);
    Refer(path + ".outcome", migration.outcome, OutcomeWords(), findings);
    if (migration.window_at < migration.schedule_at) {
      findings.Add(path + ".window_at", "is before the schedule; write a later time");
    }
    if (migration.window < kWindowMin || migration.window > kWindowMax) {
      findings.Add(path + ".window", absl::StrCat("must be ", absl::FormatDuration(kWindowMin),
                                                  " to ", absl::FormatDuration(kWindowMax)));
    }
  }
}

void CheckFaults(const Scenario& scenario, Findings& findings) {
  for (size_t i = 0; i < scenario.faults.size(); ++i) {
    const Fault& fault = scenario.faults[i];
    const std::string path = At("faults", i);
    const std::string own = Below(path, ToString(fault.kind));
    Refer(findings.IsWritten(path + ".realm") ? path + ".realm" : own, fault.realm,
          RealmCodes(scenario), findings);
    Refer(findings.IsWritten(path + ".migration") ? path + ".migration" : own, fault.migration,
          Ids(scenario.migrations), findings);
  }
}

}  // namespace

void CheckScenario(const Scenario& scenario, Findings& findings) {
  CheckRealms(scenario, findings);
  CheckTransfers(scenario, findings);
  CheckTenants(scenario, findings);
  CheckMigrations(scenario, findings);
  CheckFaults(scenario, findings);
  Refer("expect.outcome", scenario.expect.outcome, OutcomeWords(), findings);
  std::vector<std::string> invariants;
  for (const auto& [name, meaning] : InvariantNames())
    invariants.push_back(name);
  for (const std::string& name : scenario.never)
    Refer("never", name, invariants, findings);
}

}  // namespace realm::sim
