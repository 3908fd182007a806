// What decides which runs there are, what they amount to and how a failing one becomes smaller.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "tests/sim/cases.h"
#include "tests/sim/must_fail.h"
#include "tests/sim/report.h"
#include "tests/sim/results.h"
#include "tests/sim/shrink.h"
#include "tests/sim/verdict.h"
#include "tests/sim/verdict_bytes.h"

namespace realm::sim {
namespace {

using ::testing::HasSubstr;

Scenario TwoMoves() {
  Scenario scenario;
  scenario.name = "two";
  scenario.file = "two.yaml";
  scenario.tenants = {{"a", "US", {{"core", 8}}, 1}, {"b", "US", {{"core", 8}}, 1}};
  MigrationSpec move;
  move.target = "EU";
  for (const char* tenant : {"a", "b"}) {
    move.id = absl::StrCat("m-", tenant);
    move.tenant = tenant;
    scenario.migrations.push_back(move);
  }
  scenario.faults.resize(5);
  scenario.faults[3].kind = FaultKind::kGarble;
  scenario.mix = {AllFaultKinds(), 20};
  return scenario;
}

TEST(SeedsTest, ReadsOneAndMany) {
  EXPECT_EQ(ParseSeeds("17")->count(), 1u);
  EXPECT_EQ(ParseSeeds("1..200")->last, 200u);
  EXPECT_EQ(ParseSeeds("random:2000")->count(), 2000u);
  for (const char* wrong : {"", "1..", "9..1", "a", "random:", "1...5"})
    EXPECT_FALSE(ParseSeeds(wrong).ok()) << wrong;
}

TEST(PlanTest, ShardsShareAllRunsWithoutOverlap) {
  std::set<std::pair<size_t, uint64_t>> runs;
  for (const char* part : {"1/3", "2/3", "3/3"}) {
    Plan plan({TwoMoves(), TwoMoves()}, *ParseSeeds("5..11"), *ParseShard(part));
    uint64_t mine = 0;
    while (const auto run = plan.Next(false)) {
      EXPECT_TRUE(runs.insert({run->scenario, run->seed}).second);
      ++mine;
    }
    EXPECT_EQ(mine, plan.CountOf(0) + plan.CountOf(1));
  }
  EXPECT_EQ(runs.size(), 14u);
  EXPECT_FALSE(ParseShard("0/3").ok());
  EXPECT_FALSE(ParseShard("4/3").ok());
}

TEST(JudgeTest, AnOutcomeThatWasNotExpectedIsAViolation) {
  Scenario scenario = TwoMoves();
  scenario.expect.outcome = "committed";
  scenario.expect.within = absl::Hours(1);
  scenario.expect.source_left = 0;
  scenario.thresholds = {{"store/fenced", Threshold::Compare::kAtMost, 2}};
  Outcome outcome;
  outcome.ends = {{"m-a", {"committed", absl::Minutes(5)}}, {"m-b", {"committed", absl::Hours(1)}}};
  EXPECT_TRUE(Judge(scenario, outcome).empty());
  outcome.ends["m-b"].at = absl::Hours(2);
  outcome.source_left = 1;
  outcome.counters["store/fenced"] = 3;
  std::vector<std::string> found;
  for (const Violation& violation : Judge(scenario, outcome))
    found.push_back(violation.invariant);
  EXPECT_THAT(found, ::testing::ElementsAre("within", "source_left", "store/fenced"));
  outcome.ends["m-b"].word = "rolled-back";
  EXPECT_THAT(Judge(scenario, outcome)[0].what, HasSubstr("rolled-back, expected committed"));
}

TEST(VerdictBytesTest, ComesBackAsItWas) {
  Verdict verdict;
  verdict.seed = 17;
  verdict.outcome.violations = {{"no-loss", "gone", absl::Minutes(41), 4182, "invariant"}};
  verdict.outcome.event_log_sha256 = "9c1e";
  verdict.outcome.events = {"1 a b", ""};
  verdict.outcome.counters = {{"fault/kill", 3}};
  verdict.outcome.migrations = 2;
  verdict.last_words = "x";
  const std::string bytes = EncodeVerdict(verdict);
  const auto again = DecodeVerdict(bytes);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(EncodeVerdict(*again), bytes);
  EXPECT_EQ(again->outcome.violations[0].what, "gone");
  for (size_t cut = 0; cut < bytes.size(); ++cut)
    EXPECT_FALSE(DecodeVerdict(bytes.substr(0, cut)).has_value()) << cut;
}

TEST(ShrinkTest, KeepsWhatBreaksAndDropsTheRest) {
  const Shrunk shrunk = Shrink(TwoMoves(), [](const Scenario& candidate) {
    bool garbles = false;
    for (const Fault& fault : candidate.faults)
      garbles |= fault.kind == FaultKind::kGarble;
    bool moves = false;
    for (const MigrationSpec& migration : candidate.migrations)
      moves |= migration.id == "m-b";
    return garbles && moves;
  });
  ASSERT_EQ(shrunk.scenario.migrations.size(), 1u);
  EXPECT_EQ(shrunk.scenario.migrations[0].id, "m-b");
  EXPECT_EQ(shrunk.scenario.tenants.size(), 1u);
  EXPECT_EQ(shrunk.scenario.faults.size(), 1u);
  EXPECT_TRUE(shrunk.scenario.mix.kinds.empty());
  EXPECT_EQ(shrunk.scenario.tenants[0].writes_per_second, 0);
}

class ReportTest : public ::testing::Test {
 protected:
  ReportTest() : plan_({TwoMoves()}, *ParseSeeds("1..2"), Shard()), results_(1) {
    head_ = {"realm-sim", "abc123", "", &plan_, "out"};
    Verdict good;
    good.seed = 1;
    good.outcome.event_log_sha256 = std::string(64, 'a');
    Verdict bad;
    bad.seed = 2;
    bad.outcome.violations = {{"no-loss", "k1 <is> gone", absl::Seconds(2467), 4182, "invariant"}};
    results_.Add({0, 1}, good);
    results_.Add({0, 2}, bad);
  }

  Plan plan_;
  Results results_;
  RunHead head_;
};

TEST_F(ReportTest, AFailureSaysSeedStepTimeAndHowToRepeatIt) {
  const std::string text = ScenarioText(head_, results_.scenarios()[0], 0);
  EXPECT_THAT(text, HasSubstr("FAIL  two "));
  EXPECT_THAT(text, HasSubstr("1 of 2"));
  EXPECT_THAT(text, HasSubstr("seed 2, step 4,182, 00:41:07 simulated"));
  EXPECT_THAT(text, HasSubstr("invariant no-loss: k1 <is> gone"));
  EXPECT_THAT(text, HasSubstr("repro  realm-sim run two.yaml --seed 2"));
  EXPECT_THAT(HeadLine(head_), HasSubstr("commit abc123"));
  EXPECT_THAT(EvidenceLine(head_, results_), HasSubstr("seeds 1..2  commit abc123"));
}

TEST_F(ReportTest, JUnitHasPropertiesAndEscapedFailures) {
  const std::string xml = JUnitText(head_, results_);
  EXPECT_THAT(xml, HasSubstr("<testsuites tests=\"2\" failures=\"1\">"));
  EXPECT_THAT(xml, HasSubstr("name=\"commit\" value=\"abc123\""));
  EXPECT_THAT(xml, HasSubstr(absl::StrCat("value=\"", std::string(64, 'a'), "\"")));
  EXPECT_THAT(xml, HasSubstr("k1 &lt;is&gt; gone"));
  EXPECT_THAT(xml, HasSubstr("[[ATTACHMENT|out/two/2/verdict.json]]"));
}

TEST_F(ReportTest, GithubIsToldTheFileAndTheLine) {
  EXPECT_THAT(GithubAnnotations(head_, results_),
              HasSubstr("::error file=two.yaml,line=1,title=two seed 2::no-loss"));
  EXPECT_THAT(GithubSummary(head_, results_), HasSubstr("| two | 1 | 1 |"));
}

TEST_F(ReportTest, TheHashDoesNotDependOnTheOrderInWhichRunsEnd) {
  Results other(1);
  Verdict last;
  last.seed = 2;
  Verdict first;
  first.seed = 1;
  first.outcome.event_log_sha256 = std::string(64, 'a');
  other.Add({0, 2}, last);
  other.Add({0, 1}, first);
  EXPECT_EQ(other.EventLogSha256(), results_.EventLogSha256());
  other.Add({0, 3}, last);
  EXPECT_NE(other.EventLogSha256(), results_.EventLogSha256());
}

TEST(MustFailTest, NamesABugAndABudget) {
  const auto good = ParseMustFail(
      "schema: realm.sim.must_fail.v1\nbug: no_proof_of_switch\nseeds: 1..50\n"
      "scenarios: [../sim/a.yaml]\n",
      "x/must_fail/a.yaml");
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_EQ(good->bug, SeededBug::kNoProofOfSwitch);
  EXPECT_EQ(good->scenarios[0], "x/sim/a.yaml");
  const auto bad = ParseMustFail(
      "schema: realm.sim.must_fail.v1\nbug: no_prof_of_switch\nseeds: 1..50\n", "a.yaml");
  EXPECT_THAT(std::string(bad.status().message()), HasSubstr("no_proof_of_switch"));
}

}  // namespace
}  // namespace realm::sim
