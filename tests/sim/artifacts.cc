#include "tests/sim/artifacts.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "common/files.h"
#include "common/json_text.h"
#include "common/status_macros.h"
#include "tests/sim/scenario_yaml.h"

namespace realm::sim {
namespace {

void AppendField(absl::string_view name, absl::string_view value, std::string* json) {
  absl::StrAppend(json, json->back() == '{' ? "" : ",");
  AppendJsonString(name, json);
  absl::StrAppend(json, ":");
  AppendJsonString(value, json);
}

void AppendField(absl::string_view name, int64_t value, std::string* json) {
  absl::StrAppend(json, json->back() == '{' ? "" : ",");
  AppendJsonString(name, json);
  absl::StrAppend(json, ":", value);
}

std::string ViolationJson(const Violation& violation) {
  std::string json = "{";
  AppendField("kind", violation.kind, &json);
  AppendField("invariant", violation.invariant, &json);
  AppendField("what", violation.what, &json);
  AppendField("step", static_cast<int64_t>(violation.step), &json);
  AppendField("at_us", absl::ToInt64Microseconds(violation.at), &json);
  return json + "}";
}

std::string VerdictJson(const RunHead& head, const Plan::Case& run, const Verdict& verdict) {
  const Outcome& outcome = verdict.outcome;
  std::string json = "{";
  AppendField("scenario", head.plan->NameOf(run.scenario), &json);
  AppendField("seed", absl::StrCat(run.seed), &json);
  AppendField("commit", head.commit, &json);
  AppendField("repro", ReproCommand(head, run.scenario, run.seed), &json);
  AppendField("result", verdict.passed() ? "passed" : "failed", &json);
  AppendField("event_log_sha256", outcome.event_log_sha256, &json);
  AppendField("simulated_us", absl::ToInt64Microseconds(outcome.simulated), &json);
  AppendField("migrations", outcome.migrations, &json);
  AppendField("faults", outcome.faults, &json);
  AppendField("steps", outcome.steps, &json);
  AppendField("last_words", verdict.last_words, &json);
  absl::StrAppend(&json, ",\"violations\":[");
  for (const Violation& violation : outcome.violations)
    absl::StrAppend(&json, json.back() == '[' ? "" : ",", ViolationJson(violation));
  absl::StrAppend(&json, "],\"counters\":");
  std::string counters = "{";
  for (const auto& [name, value] : outcome.counters)
    AppendField(name, value, &counters);
  return absl::StrCat(json, counters, "}}\n");
}

// "1200 engine text" is when, who and what.
std::string EventJson(const std::string& line) {
  const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(' ', 2));
  std::string json = "{";
  AppendField("at_us", parts[0], &json);
  AppendField("who", parts.size() > 1 ? parts[1] : "", &json);
  AppendField("what", parts.size() > 2 ? parts[2] : "", &json);
  return json + "}\n";
}

std::string MetricsText(const Outcome& outcome) {
  std::string text = "# TYPE realm_sim_count counter\n";
  for (const auto& [name, value] : outcome.counters) {
    absl::StrAppend(&text, "realm_sim_count{what=");
    AppendJsonString(name, &text);
    absl::StrAppend(&text, "} ", value, "\n");
  }
  return text;
}

}  // namespace

absl::Status WriteArtifacts(const RunHead& head, const Plan::Case& run, const Verdict& verdict) {
  const std::string folder = CaseFolder(head, run.scenario, run.seed);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return absl::UnavailableError(absl::StrCat(folder, ": ", error.message()));
  std::string events;
  for (const std::string& line : verdict.outcome.events)
    events += EventJson(line);
  RETURN_IF_ERROR(
      WriteFileAtomically(folder + "/verdict.json", VerdictJson(head, run, verdict), 0644));
  RETURN_IF_ERROR(WriteFileAtomically(folder + "/events.jsonl", events, 0644));
  RETURN_IF_ERROR(
      WriteFileAtomically(folder + "/metrics.prom", MetricsText(verdict.outcome), 0644));
  return WriteFileAtomically(folder + "/scenario.effective.yaml",
                             FormatScenario(head.plan->ScenarioOf(run)), 0644);
}

}  // namespace realm::sim
