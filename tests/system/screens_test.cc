// realmctl's screens, as a person in another terminal sees them, against a real coordinator and
// workers. The files are in tests/system/screens; REALM_REWRITE=1 writes what the program shows now
// into them, and the difference is then reviewed.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

#include "coordinator/ctl/program.h"
#include "tests/support/eventually.h"
#include "tests/support/paths.h"
#include "tests/system/one_process_system.h"

namespace realm {
namespace {

// Whatever differs from run to run.
std::string Normal(std::string text) {
  static const auto* rules = new std::vector<std::pair<std::regex, std::string>>{
      {std::regex("127\\.0\\.0\\.1:[0-9]+"), "ADDRESS"},
      {std::regex("rocksdb:[^ ,]+"), "STORE"},
      {std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"), "TIME"},
      {std::regex("[0-9a-f]{16}-[0-9]+"), "JOB"},
      {std::regex("\\b[0-9a-f]{16}\\b"), "DIGEST"},
      {std::regex("[0-9]+(h [0-9]+m|m [0-9]+s)"), "SPAN"},
      {std::regex("[0-9]+s\\b"), "SPAN"},
      {std::regex("[0-9]+\\.[0-9] s\\b"), "SPAN"},
      {std::regex("[0-9]+\\.[0-9]/s"), "RATE"},
      {std::regex("epoch [0-9]+"), "epoch N"},
      // Widths follow from the above.
      {std::regex("  +"), "  "},
      {std::regex("(now|TIME)  [0-9]+  "), "$1  N  "},
      // In gRPC's words, which depend on how far it came in the time.
      {std::regex("(cannot reach the coordinator at ADDRESS): [^\\n]*"), "$1: WHY"},
      // Two transfers run side by side: whose lease or report comes first is left to them.
      {std::regex("  TIME  (lease|job-report)  [^\\n]*\n"), ""},
  };
  for (const auto& [pattern, word] : *rules)
    text = std::regex_replace(text, pattern, word);
  return text;
}

class ScreensTest : public ::testing::Test {
 protected:
  ScreensTest() {
    for (const char* tenant : {"acme", "globex"}) {
      system_.Install(tenant, "US");
      EXPECT_TRUE(system_.StoreOf("US", "core").Seed(tenant, 300, 100, 1).ok());
      EXPECT_TRUE(system_.StoreOf("US", "history").Seed(tenant, 100, 100, 2).ok());
    }
    EXPECT_TRUE(Eventually([&] { return system_.CountWorkers() == 2; }));
  }

  // Runs a command and keeps what it shows, and how it ends.
  int Show(std::vector<std::string> words) {
    absl::StrAppend(&shown_, "$ realmctl ", absl::StrJoin(words, " "), "\n");
    words.push_back(absl::StrCat("--address=", system_.address()));
    words.emplace_back("--insecure");
    return Run(words);
  }

  int Run(const std::vector<std::string>& words) {
    std::ostringstream out;
    std::ostringstream err;
    std::istringstream in;
    ctl::Console console(out, err, in, {});
    const ExitCode code = ctl::RunCommandLine(words, "/nowhere", clock_, console);
    const auto number = static_cast<int>(code);
    absl::StrAppend(&shown_, out.str(), err.str(), "[", number, "]\n\n");
    return number;
  }

  void CompareWith(const std::string& name) {
    const std::string path = absl::StrCat(SourceFolder(), "/tests/system/screens/", name, ".txt");
    const std::string shown = Normal(shown_);
    if (getenv("REALM_REWRITE") != nullptr) std::ofstream(path) << shown;
    std::ostringstream wanted;
    wanted << std::ifstream(path).rdbuf();
    EXPECT_EQ(shown, wanted.str());
  }

  void Reach(const std::string& tenant, const std::string& id, v1::Migration::State state) {
    ASSERT_EQ(system_.Schedule(tenant, id, "EU"), "scheduled");
    if (state == v1::Migration::STATE_SCHEDULED) return;
    ASSERT_EQ(system_.Start(tenant, id), "copying");
    system_.Await(tenant, id, v1::Migration::STATE_READY_TO_COMMIT);
  }

  // Until both transfers are verified under the seal, so that nothing but the proof is missing.
  void AwaitPlan(const std::string& tenant, const std::string& id) {
    const absl::Duration deadline = clock_.Monotonic() + absl::Seconds(60);
    while (clock_.Monotonic() < deadline) {
      const v1::Migration m = system_.Get(tenant, id);
      const bool busy = std::any_of(m.jobs().begin(), m.jobs().end(), [](const v1::Job& job) {
        return job.state() == v1::Job::STATE_LEASED || job.state() == v1::Job::STATE_WAITING;
      });
      if (!busy) return;
    }
    FAIL() << "jobs did not end";
  }

  const SystemClock clock_;
  OneProcessSystem system_;
  std::string shown_;
};

TEST_F(ScreensTest, NothingIsUnderWay) {
  Show({"status"});
  Show({"migration", "list"});
  Show({"worker", "list"});
  Show({"queue", "describe", "EU"});
  Show({"directory", "lookup", "notes", "acme"});
  Show({"directory", "history", "notes", "acme"});
  CompareWith("nothing_is_under_way");
}

TEST_F(ScreensTest, AMigrationWaitsForWhatIsSaid) {
  Reach("globex", "57512", v1::Migration::STATE_SCHEDULED);
  Reach("acme", "57500", v1::Migration::STATE_READY_TO_COMMIT);
  AwaitPlan("acme", "57500");
  Show({"migration", "list"});
  Show({"migration", "describe", "globex"});
  ASSERT_EQ(system_.Commit("acme", "57500"), "committing");
  AwaitPlan("acme", "57500");
  Show({"migration", "list", "--open"});
  Show({"migration", "describe", "57500"});
  Show({"directory", "lookup", "notes", "acme"});
  Show({"migration", "confirm-switch", "57500", "--dry-run"});
  EXPECT_EQ(Show({"migration", "confirm-switch", "57500", "--reason=SUP-1"}), 2);
  EXPECT_EQ(Show({"migration", "confirm-switch", "57500", "--reason=SUP-1", "--confirm=globex"}),
            2);
  EXPECT_EQ(Show({"migration", "watch", "57500", "--wait=1ms"}), 124);
  CompareWith("a_migration_waits");
}

TEST_F(ScreensTest, AMigrationHasEnded) {
  Reach("acme", "57500", v1::Migration::STATE_READY_TO_COMMIT);
  ASSERT_EQ(system_.Commit("acme", "57500"), "committing");
  AwaitPlan("acme", "57500");
  EXPECT_EQ(
      Show({"migration", "confirm-switch", "57500", "--reason=SUP-1", "--confirm=acme", "-onone"}),
      2);
  EXPECT_EQ(Show({"migration", "confirm-switch", "57500", "--reason=SUP-1", "--confirm=acme"}), 0);
  system_.Await("acme", "57500", v1::Migration::STATE_COMMITTED);
  EXPECT_EQ(Show({"migration", "watch", "57500"}), 0);
  Show({"migration", "list"});
  Show({"directory", "lookup", "notes", "acme"});
  Show({"directory", "history", "notes", "acme"});
  EXPECT_EQ(Show({"migration", "confirm-switch", "57500", "--reason=again", "--confirm=acme"}), 1);
  Reach("globex", "57512", v1::Migration::STATE_READY_TO_COMMIT);
  ASSERT_EQ(system_.Rollback("globex", "57512"), "rolling-back");
  system_.Await("globex", "57512", v1::Migration::STATE_ROLLED_BACK);
  EXPECT_EQ(Show({"migration", "watch", "57512"}), 3);
  CompareWith("a_migration_has_ended");
}

TEST_F(ScreensTest, AWorkerIsDrainedAndMissing) {
  EXPECT_EQ(Show({"worker", "drain", "EU-1"}), 2);
  EXPECT_EQ(Show({"worker", "drain", "EU-1", "--reason=node reboot CHG-1182"}), 0);
  Show({"worker", "list"});
  ASSERT_EQ(system_.Schedule("acme", "57500", "EU"), "scheduled");
  ASSERT_EQ(system_.Start("acme", "57500"), "copying");
  Show({"migration", "list"});
  EXPECT_EQ(Show({"queue", "describe", "EU"}), 0);
  EXPECT_EQ(Show({"worker", "undrain", "EU-1"}), 0);
  system_.Await("acme", "57500", v1::Migration::STATE_READY_TO_COMMIT);
  AwaitPlan("acme", "57500");
  system_.StopWorker("EU");
  ASSERT_TRUE(Eventually([&] { return system_.CountWorkers() == 1; }));
  EXPECT_EQ(Show({"worker", "undrain", "EU-1"}), 6);
  EXPECT_EQ(Show({"status"}), 3);
  CompareWith("a_worker_is_drained");
}

TEST_F(ScreensTest, AScriptIsToldWhatTheScreenOfStatusShows) {
  system_.StopWorker("EU");
  ASSERT_TRUE(Eventually([&] { return system_.CountWorkers() == 1; }));
  EXPECT_EQ(Show({"status", "-o", "jsonl"}), 3);
  const std::vector<std::string> lines = absl::StrSplit(shown_, '\n');
  google::protobuf::Struct all;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(lines.at(1), &all).ok()) << shown_;
  const auto& fields = all.fields();
  EXPECT_TRUE(fields.at("server").struct_value().fields().at("open_migrations").has_number_value());
  EXPECT_EQ(fields.at("queues").list_value().values_size(), 2);
  const auto& problems = fields.at("problems").list_value();
  ASSERT_EQ(problems.values_size(), 1);
  EXPECT_EQ(problems.values(0).struct_value().fields().at("text").string_value(),
            "EU has no worker");
}

TEST_F(ScreensTest, TheDirectoryIsPutRight) {
  const std::vector<std::string> set = {"directory", "set", "notes", "acme"};
  const auto with = [&](std::vector<std::string> flags) {
    flags.insert(flags.begin(), set.begin(), set.end());
    return flags;
  };
  Reach("globex", "57512", v1::Migration::STATE_SCHEDULED);
  EXPECT_EQ(Show({"directory", "list"}), 0);
  EXPECT_EQ(Show({"directory", "list", "--in-doubt"}), 0);
  EXPECT_EQ(Show(with({"--realm=EU"})), 2);
  EXPECT_EQ(Show(with({"--reason=SUP-1"})), 2);
  EXPECT_EQ(Show(with({"--realm=EU", "--dry-run"})), 0);
  EXPECT_EQ(Show(with({"--realm=EU", "--reason=SUP-1"})), 2);
  EXPECT_EQ(Show(with({"--realm=EU", "--reason=SUP-1", "--confirm=globex"})), 2);
  EXPECT_EQ(Show(with({"--realm=MARS", "--reason=SUP-1", "--confirm=acme"})), 2);
  EXPECT_EQ(Show({"directory", "set", "notes", "globex", "--realm=EU", "--reason=SUP-1",
                  "--confirm=globex"}),
            1);
  EXPECT_EQ(Show(with({"--realm=EU", "--reason=SUP-1", "--confirm=acme"})), 0);
  EXPECT_EQ(Show({"directory", "history", "notes", "acme"}), 0);
  EXPECT_EQ(Show({"directory", "list", "--realm=EU"}), 0);
  CompareWith("the_directory_is_put_right");
}

TEST_F(ScreensTest, WhatIsWrongIsNamedWithWhatWouldBeRight) {
  EXPECT_EQ(Show({"migration", "describe", "4711"}), 6);
  EXPECT_EQ(Show({"migration", "list", "--filter=state=flying"}), 2);
  EXPECT_EQ(Show({"migration", "list", "--filter=colour=red"}), 2);
  EXPECT_EQ(Show({"migration", "list", "--limit=none"}), 2);
  EXPECT_EQ(Show({"queue", "describe", "MARS"}), 6);
  EXPECT_EQ(Show({"directory", "lookup", "notes", "nobody"}), 6);
  EXPECT_EQ(Show({"directory", "lookup", "notes"}), 2);
  EXPECT_EQ(Show({"worker", "drain", "EU-2", "--reason=x"}), 6);
  EXPECT_EQ(Show({"worker", "drain", "EU-1", "--reason=x", "--wait=soon"}), 2);
  EXPECT_EQ(Show({"worker", "lsit"}), 2);
  EXPECT_EQ(Show({"migraton", "list"}), 2);
  EXPECT_EQ(Show({"migration", "list", "--opne"}), 2);
  EXPECT_EQ(Show({"migration", "list", "surplus"}), 2);
  EXPECT_EQ(Show({"status", "-o", "yaml"}), 2);
  EXPECT_EQ(Show({"status", "--color=blue"}), 2);
  absl::StrAppend(&shown_, "$ realmctl status --address=127.0.0.1:1 --insecure --timeout=2s\n");
  EXPECT_EQ(Run({"status", "--address=127.0.0.1:1", "--insecure", "--timeout=2s"}), 4);
  absl::StrAppend(&shown_, "$ realmctl status --address=10.0.0.1:7460 --insecure\n");
  EXPECT_EQ(Run({"status", "--address=10.0.0.1:7460", "--insecure"}), 2);
  absl::StrAppend(&shown_, "$ realmctl status --address=here --insecure\n");
  EXPECT_EQ(Run({"status", "--address=here", "--insecure"}), 2);
  CompareWith("what_is_wrong_is_named");
}

}  // namespace
}  // namespace realm
