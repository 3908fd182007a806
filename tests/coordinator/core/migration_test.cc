#include "coordinator/core/migration.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "coordinator/core/input.h"
#include "tests/support/coordinator/builders.h"

namespace realm::coordinator {
namespace {

TEST(MigrationTest, NoTwoKeysShareAUidByTheirSeams) {
  const std::set<std::string> uids = {
      UidOf(KeyFor("c", "a", "b")), UidOf(KeyFor("bc", "a", "")),   UidOf(KeyFor("c", "ab", "")),
      UidOf(KeyFor("", "a", "bc")), UidOf(KeyFor("1:bc", "a", "")), UidOf(KeyFor("c", "a1:", "b"))};
  EXPECT_EQ(uids.size(), 6u);
  for (const std::string& uid : uids) {
    EXPECT_EQ(uid.size(), 16u);
    EXPECT_EQ(uid.find_first_not_of("0123456789abcdef"), std::string::npos);
  }
}

TEST(MigrationTest, AJobIsNamedByItsMigrationAndNumber) {
  Migration m;
  m.uid = "0123456789abcdef";
  Job job;
  job.number = 7;
  EXPECT_EQ(JobIdOf(m, job), "0123456789abcdef-7");
}

TEST(InputTest, EveryKindHasAWordAndAKey) {
  const MigrationKey key = KeyFor("m1");
  ReportInput report;
  report.key = key;
  LeaseLostInput lost;
  lost.key = key;
  const std::vector<InputBody> bodies = {HookFor(Hook::kSchedule, key),
                                         HookFor(Hook::kStart, key),
                                         HookFor(Hook::kCommit, key),
                                         HookFor(Hook::kRollback, key),
                                         TrafficInput{key, {}, ""},
                                         ConfirmInput{key, "", ""},
                                         LeaseInput{key, 1, {}},
                                         report,
                                         lost,
                                         TickInput{key},
                                         RestoredInput{key, 2}};
  std::set<std::string> words;
  for (const InputBody& body : bodies) {
    const Input input{body, ""};
    EXPECT_EQ(KeyOf(input), key);
    words.insert(std::string(WordFor(input)));
  }
  EXPECT_EQ(words.size(), bodies.size());
}

}  // namespace
}  // namespace realm::coordinator
