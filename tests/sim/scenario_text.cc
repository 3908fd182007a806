#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "tests/sim/fault_yaml.h"
#include "tests/sim/scenario_yaml.h"
#include "tests/sim/words.h"

namespace realm::sim {
namespace {

using coordinator::Hook;
using coordinator::SwitchOrder;

absl::string_view Bool(bool value) {
  return value ? "true" : "false";
}

std::string Percent(double rate) {
  return absl::StrCat(rate * 100, "%");
}

std::string TransfersText(const AppSpec& app) {
  return absl::StrJoin(app.transfers, ", ", [](std::string* out, const TransferSpec& transfer) {
    absl::StrAppend(out, "{name: ", YamlWord(transfer.name),
                    ", blocking: ", Bool(transfer.blocking), "}");
  });
}

void AppendApp(const AppSpec& app, std::string* out) {
  const coordinator::Terms& terms = app.terms;
  absl::StrAppend(
      out, "app:\n  transfers: [", TransfersText(app), "]\n  switch_order: ",
      terms.switch_order == SwitchOrder::kBeforeCommit ? "before_commit" : "after_commit",
      "\n  seal_at: ", terms.seal_at_ready ? "ready" : "commit",
      "\n  retry_horizon: ", FormatSpan(terms.retry_horizon),
      "\n  purge_grace: ", FormatSpan(terms.purge_grace),
      "\n  max_migration_duration: ", FormatSpan(terms.max_duration),
      "\n  window_margin: ", FormatSpan(terms.margin),
      "\n  stuck_after: ", FormatSpan(terms.stuck_after), "\n  lease: ", FormatSpan(app.lease),
      "\n");
  if (terms.accept_elapsed) {
    absl::StrAppend(out, "  accept_elapsed: ", FormatSpan(*terms.accept_elapsed), "\n");
  }
}

void AppendTenants(const Scenario& scenario, std::string* out) {
  absl::StrAppend(out, "tenants:\n");
  for (const TenantSpec& tenant : scenario.tenants) {
    std::vector<std::string> data;
    for (const auto& [transfer, count] : tenant.data)
      data.push_back(absl::StrCat(YamlWord(transfer), ": ", count));
    absl::StrAppend(out, "  ", YamlWord(tenant.id), ": {realm: ", tenant.realm, ", data: {",
                    absl::StrJoin(data, ", "), "}, writes_per_second: ", tenant.writes_per_second,
                    "}\n");
  }
}

void AppendMigrations(const Scenario& scenario, std::string* out) {
  absl::StrAppend(out, "migrations:\n");
  for (const MigrationSpec& migration : scenario.migrations) {
    absl::StrAppend(out, "  - {id: ", YamlWord(migration.id),
                    ", tenant: ", YamlWord(migration.tenant), ", target: ", migration.target,
                    ", at: ", FormatSpan(migration.schedule_at),
                    ", window_at: ", FormatSpan(migration.window_at),
                    ", window: ", FormatSpan(migration.window));
    if (!migration.outcome.empty()) absl::StrAppend(out, ", outcome: ", migration.outcome);
    absl::StrAppend(out, "}\n");
  }
}

void AppendHookList(const PlatformSpec& platform, absl::string_view key, bool HookFaults::*flag,
                    std::string* out) {
  std::vector<std::string> words;
  for (const auto& [hook, faults] : platform.hooks)
    if (faults.*flag) words.emplace_back(coordinator::ToString(hook));
  if (words.empty()) return;
  absl::StrAppend(out, "  ", key, ": [", absl::StrJoin(words, ", "), "]\n");
}

void AppendHooks(const PlatformSpec& platform, std::string* out) {
  absl::StrAppend(out, "hooks:\n");
  AppendHookList(platform, "duplicate", &HookFaults::duplicate, out);
  AppendHookList(platform, "lose", &HookFaults::lose, out);
  AppendHookList(platform, "lose_answer", &HookFaults::lose_answer, out);
  AppendHookList(platform, "omit", &HookFaults::omit, out);
  std::vector<std::string> late;
  for (const auto& [hook, faults] : platform.hooks) {
    if (faults.late == absl::ZeroDuration()) continue;
    late.push_back(absl::StrCat(coordinator::ToString(hook), ": ", FormatSpan(faults.late)));
  }
  if (!late.empty()) absl::StrAppend(out, "  late: {", absl::StrJoin(late, ", "), "}\n");
  absl::StrAppend(out, "  lose_rate: ", Percent(platform.lose_rate),
                  "\n  lose_answer_rate: ", Percent(platform.lose_answer_rate),
                  "\n  duplicate_rate: ", Percent(platform.duplicate_rate),
                  "\n  late_rate: ", Percent(platform.late_rate),
                  "\n  late_max: ", FormatSpan(platform.late_max),
                  "\n  status_every: ", FormatSpan(platform.status_every),
                  "\n  timeout: ", FormatSpan(platform.timeout), "\n  retries: ", platform.retries,
                  "\n  retry_after: ", FormatSpan(platform.retry_after),
                  "\n  early_finish: ", Bool(platform.early_finish),
                  "\n  overrun: ", FormatSpan(platform.overrun),
                  "\n  first_request_max: ", FormatSpan(platform.first_request_max), "\n");
}

void AppendFaults(const Scenario& scenario, std::string* out) {
  if (!scenario.faults.empty()) absl::StrAppend(out, "faults:\n");
  for (const Fault& fault : scenario.faults)
    absl::StrAppend(out, "  - ", FormatFault(fault), "\n");
  if (!scenario.mix.kinds.empty()) {
    const std::string kinds = absl::StrJoin(
        scenario.mix.kinds, ", ",
        [](std::string* text, FaultKind kind) { absl::StrAppend(text, ToString(kind)); });
    absl::StrAppend(out, "mix: {kinds: [", kinds, "], per_migration: ", scenario.mix.per_migration,
                    "}\n");
  }
  absl::StrAppend(out, "faults_until: ", FormatSpan(scenario.faults_until),
                  "\nheal_limit: ", FormatSpan(scenario.heal_limit), "\n");
  if (scenario.timers_never) absl::StrAppend(out, "leases: never_expire\n");
  if (scenario.timers_always) absl::StrAppend(out, "leases: always_expired\n");
}

void AppendVerdict(const Scenario& scenario, std::string* out) {
  const Expectation& expect = scenario.expect;
  absl::StrAppend(out, "expect: {outcome: ", expect.outcome);
  if (expect.within < absl::InfiniteDuration()) {
    absl::StrAppend(out, ", within: ", FormatSpan(expect.within));
  }
  if (expect.source_left) absl::StrAppend(out, ", source_left: ", *expect.source_left);
  absl::StrAppend(out, ", target_equals_source: ", Bool(expect.target_equals_source), "}\n");
  if (!scenario.never.empty()) {
    absl::StrAppend(out, "never: [", absl::StrJoin(scenario.never, ", "), "]\n");
  }
  if (!scenario.thresholds.empty()) absl::StrAppend(out, "thresholds:\n");
  for (const Threshold& threshold : scenario.thresholds) {
    absl::StrAppend(out, "  ", YamlWord(threshold.counter), ": \"", FormatComparison(threshold),
                    "\"\n");
  }
}

}  // namespace

std::string FormatScenario(const Scenario& scenario) {
  std::string out =
      absl::StrCat("schema: realm.sim.v1\nname: ", YamlWord(scenario.name), "\nrealms:\n");
  for (const RealmSpec& realm : scenario.realms) {
    absl::StrAppend(&out, "  ", realm.code, ": {workers: ", realm.workers, ", slots: ", realm.slots,
                    ", store: ", YamlWord(realm.store),
                    realm.divided ? ", divided: true}\n" : "}\n");
  }
  AppendApp(scenario.app, &out);
  AppendTenants(scenario, &out);
  AppendMigrations(scenario, &out);
  AppendHooks(scenario.platform, &out);
  AppendFaults(scenario, &out);
  AppendVerdict(scenario, &out);
  return out;
}

}  // namespace realm::sim
