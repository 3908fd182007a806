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

// Many more: ctest -R scenarios_hold.
TEST(ProgramTest, ScenariosOfTheRepositoryPassWithAFewSeeds) {
  const Ran ran = Start("run tests/scenarios --seeds 1..2");
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr(" passed, 0 failed\n"));
}

TEST(ProgramTest, AFolderIsSearchedForScenariosAndNothingElse) {
  const auto files = ListScenarios(absl::StrCat(SourceFolder(), "/tests/scenarios"));
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_THAT(*files, ::testing::Contains(::testing::EndsWith("/sim/happy_path.yaml")));
  EXPECT_THAT(*files, ::testing::Contains(::testing::EndsWith("/must_fail/scenarios/twins.yaml")));
  EXPECT_THAT(*files,
              ::testing::Not(::testing::Contains(::testing::EndsWith("/fence_not_strict.yaml"))));
}

TEST(ProgramTest, AFileInAFolderThatDoesNotSayWhatItIsIsAMistake) {
  const TempFolder folder;
  ASSERT_TRUE(WriteFileAtomically(folder.path("other.yaml"), "realms: {}\n", 0644).ok());
  const Ran ran = Start(absl::StrCat("check ", folder.path("")));
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.out, HasSubstr("needs \"schema: realm.sim.v1\""));
}

TEST(ProgramTest, RandomScenariosPass) {
  const Ran ran = Start("run --random --seeds 13..20");
  EXPECT_EQ(ran.code, 0) << ran.out;
}

// Two processes have other addresses and other hashes, so that anything that depends on them
// differs; with several children the runs are spread over them as it comes.
TEST(ProgramTest, SameSeedsGiveTheSameEventsInEveryProcess) {
  for (const std::string what :
       {"run tests/scenarios --seeds 3..4", "run --random --seeds 21..28"}) {
    const std::string first = LineWith(Start(what).out, "event log sha256");
    EXPECT_THAT(first, HasSubstr("  seeds "));
    EXPECT_EQ(LineWith(Start(what + " --jobs 3").out, "event log sha256"), first) << what;
  }
}

TEST(ProgramTest, OtherSeedsGiveOtherEvents) {
  const std::string what = "run tests/scenarios/sim/everything_at_once.yaml --seeds ";
  EXPECT_NE(LineWith(Start(what + "1..2").out, "event log sha256").substr(0, 50),
            LineWith(Start(what + "3..4").out, "event log sha256").substr(0, 50));
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
  const auto files = ListYamlFiles(absl::StrCat(SourceFolder(), folder));
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

TEST(MustFailFolderTest, EverySeededBugHasItsTest) {
  const std::set<SeededBug> tested = BugsOf("/tests/scenarios/must_fail");
  for (const SeededBugEntry& entry : SeededBugs())
    EXPECT_EQ(tested.count(entry.bug), 1u) << entry.word;
}

}  // namespace
}  // namespace realm::sim
