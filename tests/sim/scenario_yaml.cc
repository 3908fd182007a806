#include "tests/sim/scenario_yaml.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "common/config/words.h"
#include "common/files.h"
#include "common/status_macros.h"
#include "tests/sim/fault_yaml.h"
#include "tests/sim/words.h"
#include "tests/sim/yaml_fields.h"

namespace realm::sim {
namespace {

namespace fs = std::filesystem;
using coordinator::SwitchOrder;
using coordinator::Terms;

constexpr absl::string_view kSchema = "realm.sim.v1";
constexpr absl::string_view kFamily = "realm.sim.";

// A word that is one of two; `second` sets the flag.
void ReadChoice(absl::string_view key, absl::string_view first, absl::string_view second,
                Fields* fields, bool* out) {
  std::string word;
  if (!fields->Text(key, &word)) return;
  if (word != first && word != second) {
    fields->Add(key, absl::StrCat("is ", Quoted(word), "; write ", first, " or ", second));
    return;
  }
  *out = word == second;
}

void ReadTerms(Fields* fields, Terms* terms) {
  bool before_commit = false;
  ReadChoice("switch_order", "after_commit", "before_commit", fields, &before_commit);
  terms->switch_order = before_commit ? SwitchOrder::kBeforeCommit : SwitchOrder::kAfterCommit;
  ReadChoice("seal_at", "commit", "ready", fields, &terms->seal_at_ready);
  fields->Duration("retry_horizon", &terms->retry_horizon);
  fields->Duration("purge_grace", &terms->purge_grace);
  fields->Duration("max_migration_duration", &terms->max_duration);
  fields->Duration("window_margin", &terms->margin);
  fields->Duration("stuck_after", &terms->stuck_after);
  absl::Duration elapsed;
  if (fields->Duration("accept_elapsed", &elapsed)) terms->accept_elapsed = elapsed;
}

TransferSpec ReadTransfer(const YamlNode& node, const std::string& path, Findings& findings) {
  TransferSpec transfer;
  Fields fields(node, path, findings);
  if (!fields.IsThere("name")) findings.Add(path, "needs a name");
  fields.Text("name", &transfer.name);
  fields.Flag("blocking", &transfer.blocking);
  fields.Finish();
  return transfer;
}

void ReadTransfers(Fields* fields, Findings& findings, std::vector<TransferSpec>* out) {
  std::vector<TransferSpec> transfers;
  fields->Items("transfers", [&](const YamlNode& node, const std::string& path) {
    transfers.push_back(ReadTransfer(node, path, findings));
  });
  if (!transfers.empty()) *out = std::move(transfers);
}

void ReadApp(const YamlNode* node, Findings& findings, AppSpec* app) {
  if (node == nullptr) return;
  Fields fields(*node, "app", findings);
  ReadTransfers(&fields, findings, &app->transfers);
  ReadTerms(&fields, &app->terms);
  fields.Duration("lease", &app->lease);
  fields.Finish();
}

RealmSpec ReadRealm(const std::string& code, const YamlNode& node, const std::string& path,
                    Findings& findings) {
  RealmSpec realm;
  realm.code = code;
  realm.store = code;
  Fields fields(node, path, findings);
  fields.Count("workers", 1, 16, &realm.workers);
  fields.Count("slots", 1, 16, &realm.slots);
  fields.Flag("divided", &realm.divided);
  fields.Text("store", &realm.store);
  fields.Finish();
  return realm;
}

TenantSpec ReadTenant(const std::string& id, const YamlNode& node, const std::string& path,
                      Findings& findings) {
  TenantSpec tenant;
  tenant.id = id;
  Fields fields(node, path, findings);
  if (!fields.IsThere("realm")) findings.Add(path, "needs a realm");
  fields.Text("realm", &tenant.realm);
  fields.Number("writes_per_second", 0, 1000, &tenant.writes_per_second);
  if (const YamlNode* data = fields.Take("data")) {
    Fields counts(*data, Below(path, "data"), findings);
    for (const YamlEntry& entry : data->entries) {
      int count = 0;
      if (counts.Count(entry.key, 0, 1000000, &count)) tenant.data[entry.key] = count;
    }
  }
  fields.Finish();
  return tenant;
}

// A migration may repeat the app's transfers, as the platform's view of it would.
void ReadOwnTransfers(Fields* fields, Findings& findings, Scenario* scenario) {
  std::vector<TransferSpec> own;
  ReadTransfers(fields, findings, &own);
  if (own.empty()) return;
  const auto same = [](const TransferSpec& a, const TransferSpec& b) {
    return a.name == b.name && a.blocking == b.blocking;
  };
  std::vector<TransferSpec>& known = scenario->app.transfers;
  if (known.empty()) known = own;
  if (!std::equal(own.begin(), own.end(), known.begin(), known.end(), same)) {
    fields->Add("transfers", "differ from others of the file; all tenants have one app");
  }
}

MigrationSpec ReadMigration(const YamlNode& node, const std::string& path, Findings& findings,
                            Scenario* scenario) {
  MigrationSpec migration;
  Fields fields(node, path, findings);
  for (const absl::string_view key : {"id", "tenant", "target"})
    if (!fields.IsThere(key)) findings.Add(path, absl::StrCat("needs ", key));
  fields.Text("id", &migration.id);
  fields.Text("tenant", &migration.tenant);
  fields.Text("target", &migration.target);
  fields.Duration("at", &migration.schedule_at);
  migration.window_at = migration.schedule_at + absl::Minutes(10);
  fields.Duration("window_at", &migration.window_at);
  fields.Duration("window", &migration.window);
  fields.Text("outcome", &migration.outcome);
  ReadOwnTransfers(&fields, findings, scenario);
  fields.Finish();
  return migration;
}

// `hooks: {duplicate: [start, commit]}`
void ReadHookList(absl::string_view key, bool HookFaults::*flag, Fields* fields,
                  PlatformSpec* platform) {
  std::vector<std::string> words;
  fields->Texts(key, &words);
  for (const std::string& word : words) {
    if (const auto hook = HookFrom(word)) {
      platform->hooks[*hook].*flag = true;
    } else {
      fields->Add(key, absl::StrCat("names ", Quoted(word), "; ", Suggestion(word, HookWords())));
    }
  }
}

void ReadLateHooks(Fields* fields, Findings& findings, PlatformSpec* platform) {
  const YamlNode* node = fields->Take("late");
  if (node == nullptr) return;
  Fields late(*node, Below(fields->path(), "late"), findings);
  for (const std::string& word : HookWords()) {
    absl::Duration by;
    if (late.Duration(word, &by)) platform->hooks[*HookFrom(word)].late = by;
  }
  late.Finish();
}

void ReadHooks(const YamlNode* node, Findings& findings, PlatformSpec* platform) {
  if (node == nullptr) return;
  Fields fields(*node, "hooks", findings);
  ReadHookList("duplicate", &HookFaults::duplicate, &fields, platform);
  ReadHookList("lose", &HookFaults::lose, &fields, platform);
  ReadHookList("lose_answer", &HookFaults::lose_answer, &fields, platform);
  ReadHookList("omit", &HookFaults::omit, &fields, platform);
  ReadLateHooks(&fields, findings, platform);
  fields.Rate("lose_rate", &platform->lose_rate);
  fields.Rate("lose_answer_rate", &platform->lose_answer_rate);
  fields.Rate("duplicate_rate", &platform->duplicate_rate);
  fields.Rate("late_rate", &platform->late_rate);
  fields.Duration("late_max", &platform->late_max);
  fields.Duration("status_every", &platform->status_every);
  fields.Duration("timeout", &platform->timeout);
  fields.Count("retries", 0, 10, &platform->retries);
  fields.Duration("retry_after", &platform->retry_after);
  fields.Flag("early_finish", &platform->early_finish);
  fields.Duration("overrun", &platform->overrun);
  fields.Duration("first_request_max", &platform->first_request_max);
  fields.Finish();
}

void ReadMix(const YamlNode* node, Findings& findings, FaultMix* mix) {
  if (node == nullptr) return;
  Fields fields(*node, "mix", findings);
  fields.Number("per_migration", 0, 1000, &mix->per_migration);
  const YamlNode* kinds = fields.Take("kinds");
  std::vector<std::string> known;
  for (const FaultKind kind : AllFaultKinds())
    known.emplace_back(ToString(kind));
  std::vector<std::string> words;
  if (kinds == nullptr || kinds->scalar == "all") {
    words = known;
  } else {
    fields.Texts("kinds", &words);
  }
  for (const std::string& word : words) {
    if (const auto kind = FaultKindFrom(word)) {
      mix->kinds.push_back(*kind);
    } else {
      fields.Add("kinds", absl::StrCat("names ", Quoted(word), "; ", Suggestion(word, known)));
    }
  }
  fields.Finish();
}

void ReadExpectation(const YamlNode* node, Findings& findings, Expectation* expect) {
  if (node == nullptr) return;
  Fields fields(*node, "expect", findings);
  fields.Text("outcome", &expect->outcome);
  fields.Duration("within", &expect->within);
  int left = 0;
  if (fields.Count("source_left", 0, 1000000, &left)) expect->source_left = left;
  fields.Flag("target_equals_source", &expect->target_equals_source);
  fields.Finish();
}

void ReadThresholds(Fields* fields, Findings& findings, std::vector<Threshold>* out) {
  fields->Entries(
      "thresholds", [&](const std::string& counter, const YamlNode& node, const std::string& path) {
        const absl::StatusOr<Threshold> threshold = ParseThreshold(counter, node.scalar);
        if (threshold.ok()) {
          out->push_back(*threshold);
        } else {
          findings.Add(path, threshold.status().message());
        }
      });
}

void ReadTimers(Fields* fields, Scenario* scenario) {
  std::string word;
  if (!fields->Text("leases", &word)) return;
  scenario->timers_never = word == "never_expire";
  scenario->timers_always = word == "always_expired";
  if (word == "real" || scenario->timers_never || scenario->timers_always) return;
  fields->Add("leases",
              absl::StrCat("is ", Quoted(word), "; write real, never_expire or always_expired"));
}

void ReadSchema(Fields* fields, Findings& findings) {
  std::string schema;
  if (!fields->IsThere("schema")) {
    findings.Add("", absl::StrCat("needs \"schema: ", kSchema, "\""));
  }
  if (fields->Text("schema", &schema) && schema != kSchema) {
    fields->Add("schema", absl::StrCat("is ", Quoted(schema), "; this program reads ", kSchema));
  }
}

void ReadScenario(const YamlNode& root, Findings& findings, Scenario* out) {
  Fields fields(root, "", findings);
  ReadSchema(&fields, findings);
  fields.Text("name", &out->name);
  fields.Entries("realms",
                 [&](const std::string& code, const YamlNode& node, const std::string& path) {
                   out->realms.push_back(ReadRealm(code, node, path, findings));
                 });
  ReadApp(fields.Take("app"), findings, &out->app);
  fields.Entries("tenants",
                 [&](const std::string& id, const YamlNode& node, const std::string& path) {
                   out->tenants.push_back(ReadTenant(id, node, path, findings));
                 });
  fields.Items("migrations", [&](const YamlNode& node, const std::string& path) {
    out->migrations.push_back(ReadMigration(node, path, findings, out));
  });
  ReadHooks(fields.Take("hooks"), findings, &out->platform);
  fields.Items("faults", [&](const YamlNode& node, const std::string& path) {
    out->faults.push_back(ReadFault(node, path, findings));
  });
  ReadMix(fields.Take("mix"), findings, &out->mix);
  fields.Duration("faults_until", &out->faults_until);
  fields.Duration("heal_limit", &out->heal_limit);
  ReadTimers(&fields, out);
  if (const YamlNode* expect = fields.Take("expect")) {
    out->expect_line = {expect->position.line, expect->position.column};
    ReadExpectation(expect, findings, &out->expect);
  }
  fields.Texts("never", &out->never);
  ReadThresholds(&fields, findings, &out->thresholds);
  fields.Finish();
}

// Whether the file says that it is something else of ours, such as a seeded bug's test. One that
// says nothing, or not right, is a scenario with a mistake in it.
bool IsOfAnotherKind(absl::string_view text) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::string_view schema = line;
    if (!absl::ConsumePrefix(&schema, "schema:")) continue;
    schema = absl::StripAsciiWhitespace(schema);
    return schema != kSchema && absl::StartsWith(schema, kFamily);
  }
  return false;
}

}  // namespace

absl::StatusOr<Scenario> ParseScenario(absl::string_view text, absl::string_view name) {
  ASSIGN_OR_RETURN(const YamlNode root, ParseYaml(text, name));
  Findings findings(name);
  Scenario scenario;
  scenario.file = std::string(name);
  scenario.name = fs::path(scenario.file).stem().string();
  ReadScenario(root, findings, &scenario);
  CheckScenario(scenario, findings);
  RETURN_IF_ERROR(findings.ToStatus());
  return scenario;
}

absl::StatusOr<Scenario> LoadScenario(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(path));
  return ParseScenario(text, path);
}

absl::StatusOr<std::vector<std::string>> ListYamlFiles(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (fs::exists(path, error)) return std::vector<std::string>{path};
    return absl::NotFoundError(absl::StrCat(path, ": there is no such file or folder"));
  }
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  if (files.empty()) return absl::NotFoundError(absl::StrCat(path, ": no *.yaml file is in it"));
  return files;
}

absl::StatusOr<std::vector<std::string>> ListScenarios(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return ListYamlFiles(path);
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path, error)) {
    if (entry.path().extension() != ".yaml") continue;
    ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(entry.path().string()));
    if (!IsOfAnotherKind(text)) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    return absl::NotFoundError(absl::StrCat(path, ": no *.yaml file in it is a scenario"));
  }
  return files;
}

}  // namespace realm::sim
