#include "tests/sim/scenario_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "tests/sim/random_scenario.h"

namespace realm::sim {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::string_view kSmall = R"(schema: realm.sim.v1
realms: {US: {workers: 2, slots: 4}, EU: {}}
app: {transfers: [{name: core}, {name: history, blocking: false}]}
tenants: {acme: {realm: US, data: {core: 80, history: 40}, writes_per_second: 5}}
migrations:
  - {id: 57500, tenant: acme, target: EU, window: 90m}
hooks: {duplicate: [start], status_every: 5m}
faults:
  - {when: "copy >= 40%", kill_worker: EU}
  - {from: 0s, to: 10m, drop_calls: 1%}
  - {when: "state == committing", after: 2s, crash_coordinator: after_next_write}
expect: {outcome: committed, within: 40m, source_left: 0}
never: [no-loss]
thresholds: {"store/fenced": "<= 6"}
)";

std::string Wrong(absl::string_view from, absl::string_view to) {
  const std::string text = absl::StrReplaceAll(kSmall, {{from, to}});
  EXPECT_NE(text, kSmall);
  return std::string(ParseScenario(text, "a.yaml").status().message());
}

TEST(ScenarioYamlTest, ReadsWhatIsWritten) {
  const absl::StatusOr<Scenario> scenario = ParseScenario(kSmall, "folder/small.yaml");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  EXPECT_EQ(scenario->name, "small");
  EXPECT_EQ(scenario->realms.size(), 2u);
  EXPECT_EQ(scenario->tenants[0].data.at("history"), 40);
  EXPECT_EQ(scenario->migrations[0].window, absl::Minutes(90));
  EXPECT_TRUE(scenario->platform.hooks.at(coordinator::Hook::kStart).duplicate);
  ASSERT_EQ(scenario->faults.size(), 3u);
  EXPECT_EQ(scenario->faults[0].when.percent, 40);
  EXPECT_EQ(scenario->faults[0].realm, "EU");
  EXPECT_EQ(scenario->faults[1].length, absl::Minutes(10));
  EXPECT_DOUBLE_EQ(scenario->faults[1].rate, 0.01);
  EXPECT_EQ(scenario->faults[2].moment, CrashMoment::kAfterNextWrite);
  EXPECT_EQ(scenario->expect.source_left, 0);
  EXPECT_EQ(scenario->thresholds[0].value, 6);
}

TEST(ScenarioYamlTest, AnUnknownKeyIsAnErrorWithItsPlaceAndASuggestion) {
  EXPECT_THAT(Wrong("writes_per_second", "writes_per_secnd"),
              AllOf(HasSubstr("a.yaml:4:"), HasSubstr("writes_per_second")));
  EXPECT_THAT(Wrong("never:", "nevr:"), AllOf(HasSubstr("a.yaml:13:1"), HasSubstr("\"never\"")));
  EXPECT_THAT(Wrong("kill_worker: EU", "kil_worker: EU"),
              AllOf(HasSubstr("a.yaml:9:"), HasSubstr("kil_worker")));
}

TEST(ScenarioYamlTest, NamesMustReferToSomething) {
  EXPECT_THAT(Wrong("target: EU", "target: UE"), HasSubstr("a.yaml:6:"));
  EXPECT_THAT(Wrong("tenant: acme", "tenant: acne"), HasSubstr("\"acme\""));
  EXPECT_THAT(Wrong("kill_worker: EU", "kill_worker: AU"), HasSubstr("a.yaml:9:"));
  EXPECT_THAT(Wrong("[no-loss]", "[no-los]"), HasSubstr("\"no-loss\""));
  EXPECT_THAT(Wrong("outcome: committed", "outcome: comitted"), HasSubstr("\"committed\""));
  EXPECT_THAT(Wrong("[start]", "[begin]"), HasSubstr("schedule, start, commit or rollback"));
}

TEST(ScenarioYamlTest, ValuesMustHaveTheirShape) {
  EXPECT_THAT(Wrong("window: 90m", "window: 90"), HasSubstr("unit"));
  EXPECT_THAT(Wrong("drop_calls: 1%", "drop_calls: 101%"), HasSubstr("0% to 100%"));
  EXPECT_THAT(Wrong("copy >= 40%", "copy > 40%"), HasSubstr("copy >= 40%"));
  EXPECT_THAT(Wrong("state == committing", "state == comitting"), HasSubstr("committing"));
  EXPECT_THAT(Wrong("to: 10m", "to: 0s"), HasSubstr("later"));
  EXPECT_THAT(Wrong("<= 6", "about 6"), HasSubstr("<= 6"));
  EXPECT_THAT(Wrong("realm.sim.v1", "realm.sim.v2"), HasSubstr("realm.sim.v1"));
}

TEST(ScenarioYamlTest, WhatIsWrittenIsReadAgainAsTheSame) {
  const absl::StatusOr<Scenario> scenario = ParseScenario(kSmall, "a.yaml");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  const std::string once = FormatScenario(*scenario);
  const absl::StatusOr<Scenario> again = ParseScenario(once, "a.yaml");
  ASSERT_TRUE(again.ok()) << again.status() << "\n" << once;
  EXPECT_EQ(FormatScenario(*again), once);
}

TEST(ScenarioYamlTest, NamesAreWrittenSoThatTheyAreReadAgain) {
  absl::StatusOr<Scenario> scenario = ParseScenario(kSmall, "a.yaml");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  for (const char* name : {"a\"b", "a: b", "null", "~", "- a", "{", "it's #1", "t\\n", "\xc3\xa9",
                           "two\nlines", "\x01", "true", "007", "a, b"}) {
    scenario->name = name;
    scenario->realms[0].store = name;
    scenario->tenants[0] = {name, "US", {{name, 1}}, 1};
    scenario->app.transfers = {{name, true}};
    scenario->migrations.resize(1);
    scenario->migrations[0].id = scenario->faults[0].migration = name;
    scenario->migrations[0].tenant = name;
    scenario->thresholds[0].counter = name;
    const std::string once = FormatScenario(*scenario);
    const absl::StatusOr<Scenario> again = ParseScenario(once, "a.yaml");
    ASSERT_TRUE(again.ok()) << again.status() << "\n" << once;
    EXPECT_EQ(again->name, name);
    EXPECT_EQ(again->realms[0].store, name);
    EXPECT_EQ(again->tenants[0].data.count(name), 1);
    EXPECT_EQ(again->migrations[0].id, name);
    EXPECT_EQ(again->faults[0].migration, name);
    EXPECT_EQ(again->thresholds[0].counter, name);
    EXPECT_EQ(FormatScenario(*again), once);
  }
}

TEST(RandomScenarioTest, EachSeedDrawsAScenarioThatAFileCouldSay) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    const std::string once = FormatScenario(RandomScenario(seed));
    const absl::StatusOr<Scenario> again = ParseScenario(once, "drawn.yaml");
    ASSERT_TRUE(again.ok()) << again.status() << "\n" << once;
    EXPECT_EQ(FormatScenario(*again), once);
  }
  EXPECT_NE(FormatScenario(RandomScenario(1)), FormatScenario(RandomScenario(2)));
}

}  // namespace
}  // namespace realm::sim
