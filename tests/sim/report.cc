#include "tests/sim/report.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace realm::sim {
namespace {

constexpr absl::string_view kIndent = "      ";

std::string SeedsText(const SeedRange& seeds) {
  if (seeds.count() == 1) return absl::StrCat("seed ", seeds.first);
  return absl::StrCat("seeds ", seeds.first, "..", seeds.last);
}

// With --minutes they go on behind those of the plan.
SeedRange SeedsPlayed(const Plan& plan, const Results& results) {
  SeedRange out = plan.seeds();
  for (const ScenarioResults& scenario : results.scenarios()) {
    for (const RunLine& run : scenario.runs)
      out.last = std::max(out.last, run.seed);
  }
  return out;
}

size_t NameWidth(const Plan& plan) {
  size_t width = 24;
  for (size_t i = 0; i < plan.scenario_count(); ++i)
    width = std::max(width, plan.NameOf(i).size());
  return width;
}

void AppendFailure(const RunHead& head, size_t scenario, const Verdict& verdict, std::string* out) {
  const Violation& first = verdict.outcome.violations.front();
  absl::StrAppend(out, kIndent, "seed ", verdict.seed, ", step ",
                  Grouped(static_cast<int64_t>(first.step)), ", ", ClockText(first.at),
                  " simulated\n");
  for (const Violation& violation : verdict.outcome.violations) {
    const bool twice = violation.kind == violation.invariant;
    absl::StrAppend(out, kIndent, violation.kind, twice ? "" : " ",
                    twice ? "" : violation.invariant, ": ", violation.what, "\n");
  }
  absl::StrAppend(out, kIndent, "repro  ", ReproCommand(head, scenario, verdict.seed), "\n");
  if (!head.artifacts.empty()) {
    absl::StrAppend(out, kIndent, "files  ", CaseFolder(head, scenario, verdict.seed), "/\n");
  }
}

std::string Xml(absl::string_view text) {
  std::string out = absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"\n", "&#10;"}});
  out.erase(std::remove_if(out.begin(), out.end(),
                           [](char c) { return static_cast<unsigned char>(c) < 0x20; }),
            out.end());
  return out;
}

const Verdict* FailureOf(const ScenarioResults& results, uint64_t seed) {
  for (const Verdict& verdict : results.failures)
    if (verdict.seed == seed) return &verdict;
  return nullptr;
}

void AppendProperty(absl::string_view name, absl::string_view value, std::string* out) {
  absl::StrAppend(out, "      <property name=\"", name, "\" value=\"", Xml(value), "\"/>\n");
}

void AppendJUnitFailure(const RunHead& head, size_t scenario, const Verdict* verdict, uint64_t seed,
                        std::string* out) {
  const std::string repro = ReproCommand(head, scenario, seed);
  if (verdict == nullptr) {
    absl::StrAppend(out, "      <failure type=\"invariant\" message=\"one of many\">", Xml(repro),
                    "</failure>\n");
    return;
  }
  const Violation& first = verdict->outcome.violations.front();
  absl::StrAppend(out, "      <failure type=\"", Xml(first.kind), "\" message=\"",
                  Xml(absl::StrCat(first.invariant, ": ", first.what)), "\">", Xml(repro), "\n",
                  Xml(verdict->last_words), "</failure>\n");
  if (head.artifacts.empty()) return;
  absl::StrAppend(out, "      <system-out>[[ATTACHMENT|", Xml(CaseFolder(head, scenario, seed)),
                  "/verdict.json]]</system-out>\n");
}

void AppendCase(const RunHead& head, const Results& results, size_t scenario, const RunLine& run,
                std::string* out) {
  absl::StrAppend(out, "    <testcase classname=\"", Xml(head.plan->NameOf(scenario)),
                  "\" name=\"seed ", run.seed, "\" time=\"",
                  absl::StrFormat("%.3f", absl::ToDoubleSeconds(run.took)), "\">\n");
  absl::StrAppend(out, "      <properties>\n");
  AppendProperty("seed", absl::StrCat(run.seed), out);
  AppendProperty("commit", head.commit, out);
  AppendProperty("event_log_sha256", absl::BytesToHexString(run.sha256), out);
  AppendProperty("simulated_time", ClockText(run.simulated), out);
  absl::StrAppend(out, "      </properties>\n");
  if (!run.passed) {
    AppendJUnitFailure(head, scenario, FailureOf(results.scenarios()[scenario], run.seed), run.seed,
                       out);
  }
  absl::StrAppend(out, "    </testcase>\n");
}

}  // namespace

std::string HeadLine(const RunHead& head) {
  const Plan& plan = *head.plan;
  const std::string what =
      plan.is_drawn() ? "random scenarios"
                      : absl::StrCat(plan.scenario_count(),
                                     plan.scenario_count() == 1 ? " scenario" : " scenarios");
  std::string line = absl::StrCat(head.command, head.arguments, " commit ", head.commit, "  ",
                                  head.time, "  ", what, ", ", SeedsText(plan.seeds()));
  if (plan.shard().total > 1) {
    absl::StrAppend(&line, ", shard ", plan.shard().index + 1, "/", plan.shard().total);
  }
  return line;
}

std::string ScenarioText(const RunHead& head, const ScenarioResults& results, size_t scenario) {
  const uint64_t runs = results.passed + results.failed;
  const bool passed = results.failed == 0;
  const std::string count =
      passed ? absl::StrCat(Grouped(static_cast<int64_t>(runs)), runs == 1 ? " seed" : " seeds")
             : absl::StrCat(results.passed, " of ", runs);
  std::string out =
      absl::StrFormat("%s  %-*s  %12s  %8s   (%s simulated)\n", passed ? "PASS" : "FAIL",
                      static_cast<int>(NameWidth(*head.plan)), head.plan->NameOf(scenario), count,
                      ShortSeconds(results.took), ShortHours(results.simulated));
  for (const Verdict& verdict : results.failures)
    AppendFailure(head, scenario, verdict, &out);
  if (results.failed > results.failures.size()) {
    absl::StrAppend(&out, kIndent, "and ", results.failed - results.failures.size(),
                    " failing seeds more\n");
  }
  return out;
}

std::string SpeedLine(const Results& results, absl::Duration elapsed, absl::Duration used) {
  const ScenarioResults total = results.Total();
  const double seconds = std::max(absl::ToDoubleSeconds(used), 0.001);
  const double each = total.migrations == 0 ? 0
                                            : static_cast<double>(total.faults) /
                                                  static_cast<double>(total.migrations);
  return absl::StrFormat(
      "%s migrations with %s faults (%.1f each), %s simulated, in %s (%s of processor time): "
      "%.0f migrations per second of processor time",
      Grouped(total.migrations), Grouped(total.faults), each, ShortHours(total.simulated),
      ShortSeconds(elapsed), ShortSeconds(used), static_cast<double>(total.migrations) / seconds);
}

std::string EvidenceLine(const RunHead& head, const Results& results) {
  return absl::StrCat("event log sha256 ", results.EventLogSha256(), "  ",
                      SeedsText(SeedsPlayed(*head.plan, results)), "  commit ", head.commit);
}

std::string TapText(const RunHead& head, const Results& results) {
  std::string out = "TAP version 13\n";
  absl::StrAppend(&out, "1..", results.passed() + results.failed(), "\n");
  int number = 0;
  for (size_t i = 0; i < results.scenarios().size(); ++i) {
    for (const RunLine& run : results.scenarios()[i].runs) {
      absl::StrAppend(&out, run.passed ? "ok " : "not ok ", ++number, " - ", head.plan->NameOf(i),
                      " seed ", run.seed, "\n");
    }
  }
  return out;
}

std::string JUnitText(const RunHead& head, const Results& results) {
  std::string out = absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"",
                                 results.passed() + results.failed(), "\" failures=\"",
                                 results.failed(), "\">\n");
  for (size_t i = 0; i < results.scenarios().size(); ++i) {
    const ScenarioResults& scenario = results.scenarios()[i];
    absl::StrAppend(&out, "  <testsuite name=\"", Xml(head.plan->NameOf(i)), "\" file=\"",
                    Xml(head.plan->FileOf(i)), "\" tests=\"", scenario.runs.size(),
                    "\" failures=\"", scenario.failed, "\" time=\"",
                    absl::StrFormat("%.3f", absl::ToDoubleSeconds(scenario.took)), "\">\n");
    for (const RunLine& run : scenario.runs)
      AppendCase(head, results, i, run, &out);
    absl::StrAppend(&out, "  </testsuite>\n");
  }
  return out + "</testsuites>\n";
}

std::string GithubAnnotations(const RunHead& head, const Results& results) {
  std::string out;
  for (size_t i = 0; i < results.scenarios().size(); ++i) {
    for (const Verdict& verdict : results.scenarios()[i].failures) {
      const Violation& first = verdict.outcome.violations.front();
      const std::string message = absl::StrCat(first.invariant, ": ", first.what,
                                               "\nrepro: ", ReproCommand(head, i, verdict.seed));
      absl::StrAppend(&out, "::error file=", head.plan->FileOf(i),
                      ",line=", std::max(head.plan->LineOf(i), 1), ",title=", head.plan->NameOf(i),
                      " seed ", verdict.seed,
                      "::", absl::StrReplaceAll(message, {{"%", "%25"}, {"\n", "%0A"}}), "\n");
    }
  }
  return out;
}

std::string GithubSummary(const RunHead& head, const Results& results) {
  std::string out = absl::StrCat("### Simulation: ", results.passed(), " passed, ",
                                 results.failed(), " failed\n\n`", HeadLine(head), "`\n\n",
                                 "| scenario | passed | failed | simulated | first failure |\n",
                                 "| --- | --- | --- | --- | --- |\n");
  for (size_t i = 0; i < results.scenarios().size(); ++i) {
    const ScenarioResults& scenario = results.scenarios()[i];
    std::string failure;
    if (!scenario.failures.empty()) {
      const Verdict& verdict = scenario.failures.front();
      failure = absl::StrCat(verdict.outcome.violations.front().invariant, ": `",
                             ReproCommand(head, i, verdict.seed), "`");
    }
    absl::StrAppend(&out, "| ", head.plan->NameOf(i), " | ", scenario.passed, " | ",
                    scenario.failed, " | ", ShortHours(scenario.simulated), " | ", failure, " |\n");
  }
  return out;
}

}  // namespace realm::sim
