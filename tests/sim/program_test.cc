// The program as a pipeline meets it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"

#include "common/files.h"
#include "common/seeded_bug.h"
#include "tests/sim/must_fail.h"
#include "tests/sim/scenario_yaml.h"
#include "tests/support/paths.h"
#include "tests/support/temp_folder.h"

namespace realm::sim {
namespace {

using ::testing::HasSubstr;

struct Ran {
  int code = 0;
  std::string out;
};

Ran Start(const std::string& arguments) {
  const std::string command = absl::StrCat("cd ", SourceFolder(), " && env -u GITHUB_ACTIONS ",
                                           ProgramFolder(), "/realm-sim", " ", arguments, " 2>&1");
  Ran ran;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  char buffer[4096];
  while (const size_t got = std::fread(buffer, 1, sizeof buffer, pipe))
    ran.out.append(buffer, got);
  const int status = ::pclose(pipe);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

std::string LineWith(const std::string& text, const std::string& word) {
  const size_t at = text.find(word);
  return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
}

TEST(ProgramTest, ScenariosOfTheRepositoryPassWithAFewSeeds) {
  const Ran ran = Start("run tests/scenarios/sim --seeds 1..2");
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr(" passed, 0 failed\n"));
}

TEST(ProgramTest, RandomScenariosPass) {
  const Ran ran = Start("run --random --seeds 13..20");
  EXPECT_EQ(ran.code, 0) << ran.out;
}

// Two processes have other addresses, so that anything that depends on them differs.
TEST(ProgramTest, SameSeedsGiveTheSameEventsInEveryProcess) {
  const std::string what = "run tests/scenarios/sim/everything_at_once.yaml --seeds 1..2";
  const std::string first = LineWith(Start(what).out, "event log sha256");
  EXPECT_THAT(first, HasSubstr("seeds 1..2"));
  EXPECT_EQ(LineWith(Start(what).out, "event log sha256"), first);
  EXPECT_NE(LineWith(Start("run tests/scenarios/sim/everything_at_once.yaml --seeds 3..4").out,
                     "event log sha256"),
            first);
}

TEST(ProgramTest, ABrokenExpectationEndsWithThree) {
  const TempFolder folder;
  const std::string file = folder.path("wrong.yaml");
  std::string text =
      *ReadSmallFile(absl::StrCat(SourceFolder(), "/tests/scenarios/sim/happy_path.yaml"));
  text.replace(text.find("outcome: committed"), 18, "outcome: cancelled");
  ASSERT_TRUE(WriteFileAtomically(file, text, 0644).ok());
  const std::string junit = folder.path("junit.xml");
  const Ran ran = Start(
      absl::StrCat("run ", file, " --seed 7 --junit ", junit, " --artifacts ", folder.path("out")));
  EXPECT_EQ(ran.code, 3) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("expected cancelled"));
  EXPECT_THAT(ran.out, HasSubstr("0 passed, 1 failed\n"));
  EXPECT_THAT(*ReadSmallFile(junit), HasSubstr("<failure type=\"expectation\""));
  EXPECT_THAT(*ReadSmallFile(folder.path("out/wrong/7/verdict.json")),
              HasSubstr("\"result\":\"failed\""));
  EXPECT_THAT(*ReadSmallFile(folder.path("out/wrong/7/events.jsonl")), HasSubstr("\"at_us\""));
}

TEST(ProgramTest, AWrongFileEndsWithTwoAndItsPlace) {
  const TempFolder folder;
  const std::string file = folder.path("wrong.yaml");
  ASSERT_TRUE(WriteFileAtomically(file, "schema: realm.sim.v1\nrelms: {}\n", 0644).ok());
  const Ran ran = Start(absl::StrCat("check ", file));
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.out, HasSubstr("wrong.yaml:2:1: relms"));
  EXPECT_EQ(Start("run no/such/folder").code, 2);
  EXPECT_EQ(Start("run --sed 1").code, 2);
  EXPECT_EQ(Start("walk").code, 2);
}

TEST(ProgramTest, TheProductHasNoBugs) {
  EXPECT_FALSE(kHasSeededBugs);
  EXPECT_EQ(Start("run --random --seed 1 --bug=no_proof_of_switch").code, 2);
}

// The bugs that the files of `folder` name, each once.
std::set<SeededBug> BugsOf(const std::string& folder) {
  std::set<SeededBug> bugs;
  const auto files = ListScenarios(absl::StrCat(SourceFolder(), folder));
  EXPECT_TRUE(files.ok()) << files.status();
  for (const std::string& file : *files) {
    const auto test = LoadMustFail(file);
    if (!test.ok()) {
      ADD_FAILURE() << test.status();
      continue;
    }
    EXPECT_TRUE(bugs.insert(test->bug).second) << file;
    for (const std::string& scenario : test->scenarios)
      EXPECT_TRUE(LoadScenario(scenario).ok()) << LoadScenario(scenario).status();
  }
  return bugs;
}

// Those in not_yet are not caught: they wait for a scenario, and are not counted as tests.
TEST(MustFailFolderTest, EverySeededBugHasItsTestOrIsKnownToLackOne) {
  const std::set<SeededBug> caught = BugsOf("/tests/scenarios/must_fail");
  const std::set<SeededBug> not_yet = BugsOf("/tests/scenarios/must_fail/not_yet");
  for (const SeededBugEntry& entry : SeededBugs())
    EXPECT_EQ(caught.count(entry.bug) + not_yet.count(entry.bug), 1u) << entry.word;
  EXPECT_GE(caught.size(), 25u);
}

}  // namespace
}  // namespace realm::sim
