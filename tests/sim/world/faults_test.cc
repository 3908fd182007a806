// That what a scenario says goes wrong does go wrong, when and where it says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "tests/sim/words.h"
#include "tests/sim/world/one_move.h"
#include "tests/sim/world/run.h"

namespace realm::sim {
namespace {

using coordinator::JobKind;

Fault FaultAt(FaultKind kind, const std::string& when, const std::string& realm) {
  Fault fault;
  fault.kind = kind;
  fault.when = *ParseTrigger(when);
  fault.realm = realm;
  return fault;
}

Outcome Play(const Scenario& scenario, uint64_t seed) {
  RunOptions options;
  options.keep_events = true;
  return RunWorld(scenario, seed, options);
}

int64_t CountOf(const Outcome& outcome, const std::string& counter) {
  const auto found = outcome.counters.find(counter);
  return found == outcome.counters.end() ? 0 : found->second;
}

// The records that lines like "123 EU core/acme page of 16 by 2" tell of, up to the fault.
int64_t WrittenBeforeFault(const Outcome& outcome, absl::string_view verb) {
  int64_t written = 0;
  for (const std::string& event : outcome.events) {
    if (absl::StrContains(event, " fault is due: ")) break;
    const std::vector<std::string> words = absl::StrSplit(event, ' ');
    for (size_t i = 0; i + 1 < words.size(); ++i) {
      int64_t count = 0;
      if (words[i] == verb && absl::SimpleAtoi(words[i + 1], &count)) written += count;
    }
  }
  return written;
}

TEST(FaultsTest, AShareOfACopyIsThatOfItsRecords) {
  for (const int percent : {10, 40, 90}) {
    Scenario scenario = OneMove(400);
    scenario.faults = {
        FaultAt(FaultKind::kKillWorker, absl::StrCat("copy >= ", percent, "%"), "EU")};
    const Outcome outcome = Play(scenario, 1);
    EXPECT_EQ(Findings(outcome), "");
    EXPECT_EQ(CountOf(outcome, "fault/kill-worker"), 1);
    const int64_t written = WrittenBeforeFault(outcome, "of");
    // A page has 16 records.
    EXPECT_GE(written, 4 * percent);
    EXPECT_LT(written, 4 * percent + 16);
  }
}

TEST(FaultsTest, AShareOfAPurgeIsThatOfItsRecords) {
  Scenario scenario = OneMove(400);
  scenario.tenants[0].writes_per_second = 0;
  scenario.faults = {FaultAt(FaultKind::kKillWorker, "purge >= 50%", "US")};
  const Outcome outcome = Play(scenario, 1);
  EXPECT_EQ(Findings(outcome), "");
  const int64_t erased = WrittenBeforeFault(outcome, "erased");
  // A range has 24 records.
  EXPECT_GE(erased, 200);
  EXPECT_LT(erased, 224);
}

TEST(FaultsTest, AWorkerThatWakesUpInAWriteIsFenced) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Scenario scenario = OneMove(400);
    scenario.faults = {FaultAt(FaultKind::kPauseWorker, "copy >= 20%", "EU")};
    scenario.faults[0].length = absl::Minutes(2);
    const Outcome outcome = Play(scenario, seed);
    EXPECT_EQ(Findings(outcome), "") << "seed " << seed;
    EXPECT_GE(CountOf(outcome, "store/fenced"), 1) << "seed " << seed;
    EXPECT_EQ(outcome.ends.at("m1").word, "committed") << "seed " << seed;
  }
}

TEST(FaultsTest, AWorkerThatWakesUpWithinItsLeaseGoesOn) {
  Scenario scenario = OneMove(400);
  scenario.faults = {FaultAt(FaultKind::kPauseWorker, "copy >= 20%", "EU")};
  scenario.faults[0].length = absl::Seconds(1);
  const Outcome outcome = Play(scenario, 1);
  EXPECT_EQ(Findings(outcome), "");
  EXPECT_EQ(CountOf(outcome, "store/fenced"), 0);
}

TEST(FaultsTest, LeftoversFailTheCopyAndStay) {
  Scenario scenario = OneMove(400);
  Fault fault;
  fault.kind = FaultKind::kLeftovers;
  fault.when.at = absl::Minutes(1);
  scenario.faults = {fault};
  const Outcome outcome = Play(scenario, 1);
  EXPECT_EQ(Findings(outcome), "");
  EXPECT_GE(CountOf(outcome, "fault/leftovers"), 1);
  EXPECT_EQ(outcome.ends.at("m1").word, "rolled-back");
  EXPECT_TRUE(outcome.target_equals_source);
}

TEST(FaultsTest, CallsComeTwiceAndNothingComesOfIt) {
  Scenario scenario = OneMove(400);
  Fault fault;
  fault.kind = FaultKind::kDuplicateCalls;
  fault.rate = 0.5;
  fault.length = absl::Hours(2);
  scenario.faults = {fault};
  const Outcome outcome = Play(scenario, 1);
  EXPECT_EQ(Findings(outcome), "");
  // The fault itself counts too.
  EXPECT_GT(CountOf(outcome, "fault/duplicate-calls"), 20);
  EXPECT_EQ(outcome.ends.at("m1").word, "committed");
}

TEST(FaultsTest, ARollbackAfterTheSwitchIsRefused) {
  Scenario scenario = OneMove(400);
  scenario.faults = {FaultAt(FaultKind::kLateRollback, "state == switched", "")};
  scenario.faults[0].when.after = absl::Seconds(20);
  const Outcome outcome = Play(scenario, 1);
  EXPECT_EQ(Findings(outcome), "");
  EXPECT_EQ(CountOf(outcome, "fault/late_rollback"), 1);
  EXPECT_EQ(outcome.ends.at("m1").word, "committed");
}

// The platform has given up, and its schedule arrives long afterwards: the run goes on until that
// has come to its end as well.
TEST(FaultsTest, AScheduleThatComesLateIsPlayedToItsEnd) {
  Scenario scenario = OneMove(400);
  scenario.platform.late_rate = 1;
  scenario.platform.late_max = absl::Minutes(5);
  scenario.platform.timeout = absl::Milliseconds(1);
  const Outcome outcome = Play(scenario, 1);
  EXPECT_EQ(Findings(outcome), "");
  EXPECT_NE(outcome.ends.at("m1").word, "");
}

TEST(TriggerTest, AnOpeningHasNoShares) {
  EXPECT_TRUE(ParseTrigger("open >= 0%").ok());
  EXPECT_FALSE(ParseTrigger("open >= 5%").ok());
  EXPECT_EQ(ParseTrigger("final-copy >= 5%")->job, JobKind::kCopy);
}

}  // namespace
}  // namespace realm::sim
