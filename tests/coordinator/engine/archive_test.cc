// Migrations that have ended and are in the store alone.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

#include "tests/coordinator/engine/world.h"

namespace realm::coordinator {
namespace {

using ::testing::ElementsAre;

class ArchiveTest : public ::testing::Test {
 protected:
  ArchiveTest() : world_(SmallPolicy(), /*ended_in_memory_max=*/2) {
    world_.InstallTenant();
    for (int i = 1; i <= 5; ++i) {
      const std::string id = absl::StrCat("m", i);
      REALM_CHECK(world_.Schedule(id).ok());
      REALM_CHECK(world_.Say(HookFor(Hook::kRollback, KeyFor(id))).ok());
      world_.clock().Advance(absl::Seconds(1));
    }
    REALM_CHECK(world_.Schedule("m6").ok());
  }

  std::vector<std::string> InMemory() {
    std::vector<std::string> ids;
    for (const MigrationPtr& m : world_.engine().book().AllMigrations())
      ids.push_back(m->key.migration.value());
    return ids;
  }

  std::vector<std::string> List(int limit, bool open_only = false) {
    std::vector<std::string> ids;
    MigrationKey after;
    do {
      MigrationKey next;
      const auto wanted = [open_only](const Migration& m) {
        return !open_only || !IsTerminal(m.state);
      };
      const auto page = world_.engine().ListMigrations(after, limit, wanted, open_only, &next);
      REALM_CHECK_OK(page.status());
      EXPECT_LE(page->size(), static_cast<size_t>(limit));
      for (const MigrationPtr& m : *page)
        ids.push_back(m->key.migration.value());
      after = next;
    } while (!after.app.empty());
    return ids;
  }

  State StateOf(absl::string_view id) {
    const auto m = world_.engine().ReadMigration(KeyFor(id));
    return m.ok() && *m != nullptr ? (*m)->state : State::kNone;
  }

  World world_;
};

TEST_F(ArchiveTest, OnlyTheLatestThatEndedAreInMemoryBesideTheOpen) {
  EXPECT_THAT(InMemory(), ElementsAre("m4", "m5", "m6"));
  world_.Restart();
  EXPECT_THAT(InMemory(), ElementsAre("m4", "m5", "m6"));
}

TEST_F(ArchiveTest, AllAreFoundAndListedInPages) {
  for (const int limit : {1, 2, 3, 100})
    EXPECT_THAT(List(limit), ElementsAre("m1", "m2", "m3", "m4", "m5", "m6")) << limit;
  EXPECT_THAT(List(10, true), ElementsAre("m6"));
  EXPECT_EQ(StateOf("m1"), State::kCancelled);
  EXPECT_EQ(StateOf("m6"), State::kScheduled);
  EXPECT_EQ(StateOf("m7"), State::kNone);
}

TEST_F(ArchiveTest, AHookForAnOldOneIsAnsweredAsBefore) {
  const auto again = world_.Say(HookFor(Hook::kRollback, KeyFor("m1")));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->status, "cancelled");
  EXPECT_THAT(InMemory(), ElementsAre("m1", "m5", "m6")) << "what was needed last stays";
}

// A row whose version were not known would be taken for a second writer's, and end the program.
TEST_F(ArchiveTest, AHookThatChangesAnOldOneIsWritten) {
  const uint64_t before = (*world_.engine().ReadMigration(KeyFor("m2")))->version;
  const auto body = world_.Say(HookFor(Hook::kRollback, KeyFor("m2"), "another body"));
  ASSERT_TRUE(body.ok()) << body.status();
  EXPECT_EQ((*world_.engine().ReadMigration(KeyFor("m2")))->version, before + 1);
  ASSERT_TRUE(world_.Say(HookFor(Hook::kRollback, KeyFor("m6"))).ok());
  EXPECT_EQ(StateOf("m6"), State::kCancelled);
}

TEST_F(ArchiveTest, AnIdOfNobodyIsStillNobodys) {
  EXPECT_FALSE(world_.Start("m99").ok());
  EXPECT_THAT(InMemory(), testing::SizeIs(3));
}

}  // namespace
}  // namespace realm::coordinator
