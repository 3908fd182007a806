#include "tests/sim/cases.h"

#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "common/config/words.h"
#include "common/random.h"
#include "common/status_macros.h"
#include "tests/sim/random_scenario.h"

namespace realm::sim {
namespace {

constexpr uint64_t kSeedsMax = 1'000'000'000;

const std::string& Drawn() {
  static const auto* name = new std::string("random");
  return *name;
}

const std::string& None() {
  static const auto* none = new std::string;
  return *none;
}

absl::Status RefusedSeeds(absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("--seeds is ", Quoted(text), "; write 17, 1..200 or random:2000"));
}

absl::StatusOr<Shard> MakeShard(uint64_t index, uint64_t total, absl::string_view text) {
  if (total >= 1 && index < total) return Shard{index, total};
  return absl::InvalidArgumentError(
      absl::StrCat("the shard is ", Quoted(text), "; write 1/4 for the first of four"));
}

}  // namespace

absl::StatusOr<SeedRange> ParseSeeds(absl::string_view text) {
  SeedRange range;
  absl::string_view rest = text;
  uint64_t count = 0;
  if (absl::ConsumePrefix(&rest, "random:")) {
    if (!absl::SimpleAtoi(rest, &count) || count == 0 || count > kSeedsMax) {
      return RefusedSeeds(text);
    }
    range.first = RandomBits() % 1'000'000'000'000 + 1;
    range.last = range.first + count - 1;
    return range;
  }
  const size_t dots = text.find("..");
  const absl::string_view last = dots == absl::string_view::npos ? text : text.substr(dots + 2);
  if (!absl::SimpleAtoi(text.substr(0, dots), &range.first) ||
      !absl::SimpleAtoi(last, &range.last) || range.last < range.first ||
      range.count() > kSeedsMax) {
    return RefusedSeeds(text);
  }
  return range;
}

absl::StatusOr<Shard> ParseShard(absl::string_view text) {
  const size_t slash = text.find('/');
  uint64_t number = 0;
  uint64_t total = 0;
  if (slash == absl::string_view::npos || !absl::SimpleAtoi(text.substr(0, slash), &number) ||
      !absl::SimpleAtoi(text.substr(slash + 1), &total) || number == 0) {
    return MakeShard(0, 0, text);
  }
  return MakeShard(number - 1, total, text);
}

absl::StatusOr<Shard> ShardFromEnvironment() {
  const char* total_text = std::getenv("GTEST_TOTAL_SHARDS");
  const char* index_text = std::getenv("GTEST_SHARD_INDEX");
  if (total_text == nullptr || index_text == nullptr) return Shard{};
  uint64_t total = 0;
  uint64_t index = 0;
  if (!absl::SimpleAtoi(total_text, &total) || !absl::SimpleAtoi(index_text, &index)) total = 0;
  return MakeShard(index, total, absl::StrCat(index_text, " of ", total_text));
}

Scenario Plan::ScenarioOf(const Case& run) const {
  return is_drawn() ? RandomScenario(run.seed) : scenarios_[run.scenario];
}

const std::string& Plan::NameOf(size_t scenario) const {
  return is_drawn() ? Drawn() : scenarios_[scenario].name;
}

const std::string& Plan::FileOf(size_t scenario) const {
  return is_drawn() ? None() : scenarios_[scenario].file;
}

int Plan::LineOf(size_t scenario) const {
  return is_drawn() ? 0 : scenarios_[scenario].expect_line.line;
}

std::optional<Plan::Case> Plan::Next(bool by_seed) {
  const uint64_t scenarios = scenario_count();
  const uint64_t count = seeds_.count();
  while (by_seed || next_ < scenarios * count) {
    const uint64_t at = next_++;
    if (at % shard_.total != shard_.index) continue;
    if (by_seed) return Case{static_cast<size_t>(at % scenarios), seeds_.first + at / scenarios};
    return Case{static_cast<size_t>(at / count), seeds_.first + at % count};
  }
  return std::nullopt;
}

uint64_t Plan::CountOf(size_t scenario) const {
  const uint64_t begin = scenario * seeds_.count();
  // How many of the numbers below `end` are the shard's.
  const auto below = [this](uint64_t end) {
    return (end + shard_.total - 1 - shard_.index) / shard_.total;
  };
  return below(begin + seeds_.count()) - below(begin);
}

}  // namespace realm::sim
