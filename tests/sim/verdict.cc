#include "tests/sim/verdict.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "tests/sim/words.h"

namespace realm::sim {
namespace {

using Compare = Threshold::Compare;

constexpr absl::string_view kExpectation = "expectation";

Violation Expected(absl::string_view name, std::string what, const Outcome& outcome) {
  return {std::string(name), std::move(what), outcome.simulated,
          static_cast<uint64_t>(outcome.steps), std::string(kExpectation)};
}

void JudgeEnd(const Scenario& scenario, const MigrationSpec& migration, const Outcome& outcome,
              std::vector<Violation>* out) {
  const std::string& wanted =
      migration.outcome.empty() ? scenario.expect.outcome : migration.outcome;
  const auto found = outcome.ends.find(migration.id);
  const std::string word = found == outcome.ends.end() ? "" : found->second.word;
  const bool is_right = wanted == "any" || (wanted == "ended" ? !word.empty() : word == wanted);
  if (!is_right) {
    out->push_back(
        Expected("outcome",
                 absl::StrCat("migration ", migration.id, " is ",
                              word.empty() ? "not at its end" : word, ", expected ", wanted),
                 outcome));
  } else if (found != outcome.ends.end() && found->second.at > scenario.expect.within) {
    out->push_back(Expected(
        "within",
        absl::StrCat("migration ", migration.id, " ended after ", ClockText(found->second.at),
                     ", expected within ", FormatSpan(scenario.expect.within)),
        outcome));
  }
}

bool Holds(Compare compare, int64_t value, int64_t limit) {
  switch (compare) {
    case Compare::kAtMost:
      return value <= limit;
    case Compare::kAtLeast:
      return value >= limit;
    case Compare::kBelow:
      return value < limit;
    case Compare::kAbove:
      return value > limit;
    case Compare::kEqual:
      return value == limit;
  }
  return false;
}

void JudgeThreshold(const Threshold& threshold, const Outcome& outcome,
                    std::vector<Violation>* out) {
  const auto found = outcome.counters.find(threshold.counter);
  // What never happened has no counter.
  const int64_t value = found == outcome.counters.end() ? 0 : found->second;
  if (Holds(threshold.compare, value, threshold.value)) return;
  out->push_back({threshold.counter,
                  absl::StrCat("is ", value, ", expected ", FormatComparison(threshold)),
                  outcome.simulated, static_cast<uint64_t>(outcome.steps), "threshold"});
}

}  // namespace

std::vector<Violation> Judge(const Scenario& scenario, const Outcome& outcome) {
  std::vector<Violation> out;
  for (const MigrationSpec& migration : scenario.migrations)
    JudgeEnd(scenario, migration, outcome, &out);
  const Expectation& expect = scenario.expect;
  if (expect.source_left && outcome.source_left > *expect.source_left) {
    out.push_back(Expected(
        "source_left",
        absl::StrCat(outcome.source_left, " records are left, expected ", *expect.source_left),
        outcome));
  }
  if (expect.target_equals_source && !outcome.target_equals_source) {
    out.push_back(
        Expected("target_equals_source", "a tenant does not read what it wrote", outcome));
  }
  for (const Threshold& threshold : scenario.thresholds)
    JudgeThreshold(threshold, outcome, &out);
  return out;
}

std::string ShortSeconds(absl::Duration duration) {
  return absl::StrFormat("%.1f s", absl::ToDoubleSeconds(duration));
}

std::string ShortHours(absl::Duration duration) {
  return absl::StrCat(Grouped(absl::ToInt64Hours(duration)), "h");
}

std::string ClockText(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(duration);
  return absl::StrFormat("%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string Grouped(int64_t number) {
  std::string digits = absl::StrCat(number);
  const size_t first = number < 0 ? 1 : 0;
  for (size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

}  // namespace realm::sim
