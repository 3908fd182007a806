// realm-sim run --backend process: the real programs, killed while a tenant moves.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "common/clock.h"
#include "common/files.h"
#include "tests/sim/process/process_backend.h"
#include "tests/sim/process/refused_words.h"
#include "tests/sim/program.h"
#include "tests/support/paths.h"
#include "tests/support/temp_folder.h"

namespace realm::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Said {
  ExitCode code;
  std::string out;
  std::string complaints;
};

Said Play(std::vector<std::string> words) {
  const SystemClock clock;
  const ProcessBackend backend;
  words.insert(words.begin(), "run");
  words.insert(words.end(), {"--seed", "1", "--backend", "process"});
  std::ostringstream out;
  std::ostringstream complaints;
  const ExitCode code = RunProgram(words, clock, out, complaints, &backend);
  return {code, out.str(), complaints.str()};
}

std::string ScenarioFile(const std::string& name) {
  return absl::StrCat(SourceFolder(), "/tests/scenarios/sim/", name, ".yaml");
}

// A scenario of the simulator with something else in it, and a window that a busy machine keeps.
std::string Changed(const TempFolder& folder, const std::string& name, const std::string& before,
                    const std::string& after) {
  const std::string text = ReadSmallFile(ScenarioFile(name)).value();
  const std::string changed = absl::StrReplaceAll(
      text, {{before, after}, {"window: 90m", "window: 20h"}, {"window: 40m", "window: 20h"}});
  EXPECT_NE(text, changed);
  std::ofstream(folder.path(name + ".yaml")) << changed;
  return folder.path(name + ".yaml");
}

TEST(ProcessBackendTest, MovesATenantWhoseWorkersAreKilled) {
  const TempFolder folder;
  const std::string file = Changed(folder, "worker_killed_during_copy", "writes_per_second: 0.2",
                                   "writes_per_second: 0.3");
  const Said said = Play({file, "--speed", "240"});
  EXPECT_EQ(said.code, ExitCode::kDone) << said.out << said.complaints;
  EXPECT_THAT(said.out, HasSubstr("real time, 240 times as fast  1 scenario, seed 1"));
  EXPECT_THAT(said.out, HasSubstr("PASS  worker_killed_during_copy"));
  EXPECT_THAT(said.out, HasSubstr("1 migrations with 4 faults"));
  EXPECT_THAT(said.out, HasSubstr("1 passed, 0 failed"));
}

// What it printed.
std::string ExpectPasses(const std::string& file, const std::vector<std::string>& flags) {
  std::vector<std::string> words = {file};
  words.insert(words.end(), flags.begin(), flags.end());
  const Said said = Play(words);
  EXPECT_EQ(said.code, ExitCode::kDone) << said.out << said.complaints;
  EXPECT_THAT(said.out, HasSubstr("1 passed, 0 failed"));
  return said.out;
}

// Its disk is full, its writes are torn, its syncs fail and its clock is set.
TEST(ProcessBackendTest, BreaksTheMachineOfTheCoordinator) {
  const TempFolder folder;
  const std::string file =
      Changed(folder, "sync_errors", "{when: \"state == switched\", torn_write",
              "{when: \"state == copying\", clock_jump: -20m}\n"
              "  - {when: \"state == switched\", crash_coordinator: "
              "after_next_write, for: 1s}\n"
              "  - {when: \"state == committing\", disk_full");
  EXPECT_THAT(ExpectPasses(file, {"--speed", "240"}), Not(HasSubstr("with 0 faults")));
}

// Records that were there before the move.
TEST(ProcessBackendTest, LeavesRecords) {
  const TempFolder folder;
  const std::string file =
      Changed(folder, "leftovers", "writes_per_second: 0.2", "writes_per_second: 0.3");
  // Two seconds between the records and the copy, for a busy machine.
  EXPECT_THAT(ExpectPasses(file, {"--speed", "120"}), HasSubstr("1 migrations with 1 faults"));
}

// One record that is refused for ever, and one that arrives as another.
TEST(ProcessBackendTest, SpoilsRecords) {
  for (const std::string name : {"poisoned_record", "garbled_record"}) {
    const TempFolder folder;
    const std::string file =
        Changed(folder, name, "writes_per_second: 0.2", "writes_per_second: 0.3");
    ExpectPasses(file, {"--speed", "120", "--artifacts", folder.path("out"), "--keep", "all"});
    const std::string events =
        ReadSmallFile(folder.path(absl::StrCat("out/", name, "/1/events.jsonl"))).value();
    EXPECT_THAT(events, HasSubstr("a spoiled record came "));
    EXPECT_THAT(events, Not(HasSubstr("a spoiled record came 0 times")));
  }
}

// Twice, late, under another secret, and while the tenant has not installed the app.
TEST(ProcessBackendTest, PlaysAPlatformThatIsLate) {
  const TempFolder folder;
  const std::string file = Changed(folder, "hooks_repeated_and_reordered", "expect: {outcome: any",
                                   "faults:\n  - {at: 2m, rotate_secret: m1}\n"
                                   "  - {when: \"state == copying\", reinstall: m1, for: 1m}\n"
                                   "expect: {outcome: any");
  EXPECT_THAT(ExpectPasses(file, {"--speed", "240"}), Not(HasSubstr("with 0 faults")));
}

TEST(ProcessBackendTest, GoesBackWhenTheCustomerCancels) {
  const TempFolder folder;
  const std::string file =
      Changed(folder, "rollback_when_ready", "outcome: any", "outcome: rolled-back");
  ExpectPasses(file, {"--speed", "240"});
}

TEST(ProcessBackendTest, AnotherOutcomeThanExpectedFailsAndKeepsTheLogs) {
  const TempFolder folder;
  const std::string file =
      Changed(folder, "happy_path", "outcome: committed", "outcome: rolled-back");
  const Said said = Play({file, "--speed", "240", "--artifacts", folder.path("out"), "--junit",
                          folder.path("junit.xml")});
  EXPECT_EQ(said.code, ExitCode::kBadVerdict) << said.out << said.complaints;
  EXPECT_THAT(said.out, HasSubstr("migration m1 is committed, expected rolled-back"));
  EXPECT_THAT(said.out, HasSubstr("--backend=process --speed=240"));
  EXPECT_THAT(ReadSmallFile(folder.path("junit.xml")).value(), HasSubstr("failures=\"1\""));
  const std::string kept = folder.path("out/happy_path/1/");
  EXPECT_TRUE(std::filesystem::exists(kept + "log/coordinator.log"));
  EXPECT_TRUE(std::filesystem::exists(kept + "log/us-1.log"));
  EXPECT_THAT(ReadSmallFile(kept + "events.jsonl").value(), HasSubstr("is sent to EU"));
}

TEST(ProcessBackendTest, AWordThatItCannotPlayIsRefusedBeforeAnythingStarts) {
  const Said said = Play({ScenarioFile("zombie_workers")});
  EXPECT_EQ(said.code, ExitCode::kUsage);
  EXPECT_EQ(said.out, "");
  EXPECT_THAT(said.complaints, HasSubstr("zombie_workers.yaml:"));
  EXPECT_THAT(said.complaints, HasSubstr(": run_twice cannot be done to real programs; run it "
                                         "without --backend process"));
  EXPECT_THAT(Play({ScenarioFile("everything_at_once")}).complaints, HasSubstr(": mix draws"));
  EXPECT_EQ(Play({ScenarioFile("happy_path"), "--twice"}).code, ExitCode::kUsage);
  EXPECT_EQ(Play({"--random"}).code, ExitCode::kUsage);
  EXPECT_EQ(Play({ScenarioFile("happy_path"), "--speed", "0"}).code, ExitCode::kUsage);
}

TEST(ProcessBackendTest, WhatAFolderHasThatItCannotPlayIsSkippedByName) {
  const TempFolder folder;
  Changed(folder, "restored_from_backup", "20s", "21s");
  Changed(folder, "leases_never_expire", "per_migration: 10", "per_migration: 9");
  const Said said = Play({folder.path()});
  EXPECT_EQ(said.code, ExitCode::kUsage);
  EXPECT_THAT(said.complaints, HasSubstr("no scenario can be played so"));
  EXPECT_THAT(said.complaints, HasSubstr("SKIP  restored_from_backup  "));
  EXPECT_THAT(said.complaints, HasSubstr("SKIP  leases_never_expire  "));
}

TEST(RefusedWordsTest, NameTheLineOfTheWord) {
  const std::string text =
      "# torn_write: no\nfaults:\n  - {at: 1s, torn_write: any}\n"
      "  - {at: 2s, \"torn_write\": any} # torn_write: x\n";
  EXPECT_EQ(LineOfKey(text, "torn_write", 1), 3);
  EXPECT_EQ(LineOfKey(text, "torn_write", 2), 4);
  EXPECT_EQ(LineOfKey(text, "write", 1), 1);
}

}  // namespace
}  // namespace realm::sim
