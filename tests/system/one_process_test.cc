// The main job through the real coordinator, workers and stores, in one process.

#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"

#include "tests/system/one_process_system.h"

namespace realm {
namespace {

constexpr int kCoreRecords = 3000;
constexpr int kHistoryRecords = 1000;

std::map<std::string, std::string> Contents(OneProcessSystem* system, const std::string& realm,
                                            const std::string& dataset, const std::string& tenant) {
  std::map<std::string, std::string> out;
  const absl::Status status =
      system->StoreOf(realm, dataset).Scan(tenant, [&](absl::string_view key, absl::string_view v) {
        out.emplace(std::string(key), std::string(v));
        return true;
      });
  EXPECT_TRUE(status.ok()) << status;
  return out;
}

class OneProcessTest : public ::testing::Test {
 protected:
  explicit OneProcessTest(
      OneProcessSystem::Workers workers = OneProcessSystem::Workers::kOneInARealm)
      : system_(workers) {
    for (const char* tenant : {"acme", "neighbour"}) {
      system_.Install(tenant, "US");
      EXPECT_TRUE(system_.StoreOf("US", "core").Seed(tenant, kCoreRecords, 500, 1).ok());
      EXPECT_TRUE(system_.StoreOf("US", "history").Seed(tenant, kHistoryRecords, 200, 2).ok());
    }
    core_before_ = Contents(&system_, "US", "core", "acme");
    history_before_ = Contents(&system_, "US", "history", "acme");
    neighbour_before_ = Contents(&system_, "US", "core", "neighbour");
  }

  void CopyUntilReady(const std::string& migration) {
    ASSERT_EQ(system_.Schedule("acme", migration, "EU"), "scheduled");
    ASSERT_EQ(system_.Start("acme", migration), "copying");
    system_.Await("acme", migration, v1::Migration::STATE_READY_TO_COMMIT);
  }

  OneProcessSystem system_;
  std::map<std::string, std::string> core_before_;
  std::map<std::string, std::string> history_before_;
  std::map<std::string, std::string> neighbour_before_;
};

TEST_F(OneProcessTest, ACommittedTenantIsInTheTargetWholeAndNowhereElse) {
  CopyUntilReady("57500");
  ASSERT_EQ(system_.Commit("acme", "57500"), "committing");
  system_.Traffic("acme", "EU");
  const v1::Migration m = system_.Await("acme", "57500", v1::Migration::STATE_COMMITTED);

  EXPECT_EQ(Contents(&system_, "EU", "core", "acme"), core_before_);
  EXPECT_EQ(Contents(&system_, "EU", "history", "acme"), history_before_);
  EXPECT_TRUE(Contents(&system_, "US", "core", "acme").empty());
  EXPECT_TRUE(Contents(&system_, "US", "history", "acme").empty());
  EXPECT_EQ(Contents(&system_, "US", "core", "neighbour"), neighbour_before_);
  EXPECT_EQ(system_.Lookup("acme").realm(), "EU");
  EXPECT_TRUE(system_.Lookup("acme").writable());
  EXPECT_EQ(m.transfers(0).manifest(0).records(), kCoreRecords);
  EXPECT_TRUE(system_.StoreOf("EU", "core").Put("acme", "new", "write").ok())
      << "the target's gate is not open";
}

// A realm's datasets may be divided among its workers: nobody serves all that is to be sealed.
class DividedRealmsTest : public OneProcessTest {
 protected:
  DividedRealmsTest() : OneProcessTest(OneProcessSystem::Workers::kOneForEachDataset) {}
};

TEST_F(DividedRealmsTest, ACommittedTenantIsInTheTargetWholeAndNowhereElse) {
  CopyUntilReady("m1");
  ASSERT_EQ(system_.Commit("acme", "m1"), "committing");
  system_.Traffic("acme", "EU");
  system_.Await("acme", "m1", v1::Migration::STATE_COMMITTED);
  EXPECT_EQ(Contents(&system_, "EU", "core", "acme"), core_before_);
  EXPECT_EQ(Contents(&system_, "EU", "history", "acme"), history_before_);
  EXPECT_TRUE(Contents(&system_, "US", "core", "acme").empty());
  EXPECT_TRUE(Contents(&system_, "US", "history", "acme").empty());
}

TEST_F(OneProcessTest, AfterCommitTheSourceIsSealedAndWholeUntilTheSwitchIsProven) {
  CopyUntilReady("m1");
  ASSERT_EQ(system_.Commit("acme", "m1"), "committing");
  while (system_.Get("acme", "m1").plan_digest().empty()) {
  }
  const absl::Status write = system_.StoreOf("US", "core").Put("acme", "late", "write");
  EXPECT_TRUE(absl::IsFailedPrecondition(write)) << write;
  EXPECT_EQ(Contents(&system_, "US", "core", "acme"), core_before_);
  EXPECT_EQ(system_.Lookup("acme").realm(), "US");

  ASSERT_EQ(system_.Rollback("acme", "m1"), "rolling-back");
  system_.Await("acme", "m1", v1::Migration::STATE_ROLLED_BACK);
  EXPECT_TRUE(Contents(&system_, "EU", "core", "acme").empty());
  EXPECT_EQ(Contents(&system_, "US", "core", "acme"), core_before_);
  EXPECT_TRUE(system_.StoreOf("US", "core").Put("acme", "after", "rollback").ok());
}

TEST_F(OneProcessTest, WritesBetweenReadyAndCommitReachTheTarget) {
  CopyUntilReady("m1");
  ASSERT_TRUE(system_.StoreOf("US", "core").Put("acme", "written-late", "value").ok());
  ASSERT_EQ(system_.Commit("acme", "m1"), "committing");
  system_.Traffic("acme", "EU");
  system_.Await("acme", "m1", v1::Migration::STATE_COMMITTED);
  core_before_["written-late"] = "value";
  EXPECT_EQ(Contents(&system_, "EU", "core", "acme"), core_before_);
}

TEST_F(OneProcessTest, ARestartOfTheCoordinatorLosesNothing) {
  ASSERT_EQ(system_.Schedule("acme", "m1", "EU"), "scheduled");
  ASSERT_EQ(system_.Start("acme", "m1"), "copying");
  system_.RestartCoordinator();
  system_.Await("acme", "m1", v1::Migration::STATE_READY_TO_COMMIT);
  ASSERT_EQ(system_.Commit("acme", "m1"), "committing");
  system_.RestartCoordinator();
  system_.Traffic("acme", "EU");
  system_.RestartCoordinator();
  system_.Await("acme", "m1", v1::Migration::STATE_COMMITTED);
  EXPECT_EQ(Contents(&system_, "EU", "core", "acme"), core_before_);
  EXPECT_TRUE(Contents(&system_, "US", "core", "acme").empty());
}

TEST_F(OneProcessTest, ATenantMovesThereAndBack) {
  CopyUntilReady("out");
  ASSERT_EQ(system_.Commit("acme", "out"), "committing");
  system_.Traffic("acme", "EU");
  system_.Await("acme", "out", v1::Migration::STATE_COMMITTED);
  ASSERT_EQ(system_.Schedule("acme", "back", "US"), "scheduled");
  ASSERT_EQ(system_.Start("acme", "back"), "copying");
  system_.Await("acme", "back", v1::Migration::STATE_READY_TO_COMMIT);
  ASSERT_EQ(system_.Commit("acme", "back"), "committing");
  system_.Traffic("acme", "US");
  system_.Await("acme", "back", v1::Migration::STATE_COMMITTED);
  EXPECT_EQ(Contents(&system_, "US", "core", "acme"), core_before_);
  EXPECT_TRUE(Contents(&system_, "EU", "core", "acme").empty());
  EXPECT_EQ(system_.Lookup("acme").previous_realms_size(), 2);
}

}  // namespace
}  // namespace realm
