// The target is read in one go where it is cut like the source, and range by range where it is not.

#include "worker/job/target_digests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/worker/job_world.h"
#include "worker/job/digest_chain.h"

namespace realm::worker {
namespace {

constexpr int kDigestedRecords = 40;  // Ten ranges.

class TargetDigestsTest : public testing::Test {
 protected:
  TargetDigestsTest() {
    world_.Seed(kDigestedRecords);
    for (int i = 0; i < kDigestedRecords; ++i)
      JobWorld::Put(world_.target, kTenant, "", i);
  }

  // Which of the source's ranges are equal at the target, a letter each.
  std::string Compare() {
    const auto source = *Open(world_.source);
    const auto target = *Open(world_.target);
    const std::unique_ptr<Digester> ranges = *source->Digest("", {}, "key");
    TargetDigests digests(*target, "", "key");
    std::string equal;
    for (;;) {
      const RangeDigest range = *ranges->Next();
      if (range.record_count == 0) return equal;
      equal += SameRecords(range, *digests.Of(range)) ? '=' : '!';
    }
  }

  static absl::StatusOr<std::unique_ptr<Connector>> Open(JobRealm& realm) {
    return realm.stores->Open(DatasetName("notes"), AppId("app"), TenantId(kTenant));
  }

  JobWorld world_;
};

TEST_F(TargetDigestsTest, EqualTablesAreReadInOneGoAfterTheFirstRanges) {
  EXPECT_EQ(Compare(), "==========");
  EXPECT_EQ(world_.target.faults.calls("DigestOf"), 2);
  EXPECT_EQ(world_.target.faults.calls("Digest"), 1);
}

TEST_F(TargetDigestsTest, ChangedRecordMakesItsRangeDifferAndNoOther) {
  for (int changed = 0; changed < kDigestedRecords; ++changed) {
    world_.target.store->Smuggle(kTenant, "", JobWorld::Key(changed), "changed");
    std::string expected = "==========";
    expected[changed / 4] = '!';
    EXPECT_EQ(Compare(), expected);
    JobWorld::Put(world_.target, kTenant, "", changed);
  }
}

TEST_F(TargetDigestsTest, AddedRecordMakesItsRangeDifferAndNoOther) {
  for (int before = 0; before < kDigestedRecords; ++before) {
    const std::string key = JobWorld::Key(before) + "x";
    world_.target.store->Smuggle(kTenant, "", key, "added");
    std::string expected = "==========";
    // What comes after the last record of a range is the next range's.
    const int range = (before + 1) / 4;
    if (range < 10) expected[range] = '!';
    EXPECT_EQ(Compare(), expected) << before;
    ASSERT_TRUE(world_.target.store->Remove(kTenant, "", key).ok());
  }
}

TEST_F(TargetDigestsTest, MissingRecordMakesItsRangeDifferAndNoOther) {
  for (int missing = 0; missing < kDigestedRecords; ++missing) {
    ASSERT_TRUE(world_.target.store->Remove(kTenant, "", JobWorld::Key(missing)).ok());
    std::string expected = "==========";
    expected[missing / 4] = '!';
    EXPECT_EQ(Compare(), expected) << missing;
    JobWorld::Put(world_.target, kTenant, "", missing);
  }
}

TEST_F(TargetDigestsTest, EmptyTargetDiffersEverywhere) {
  for (int i = 0; i < kDigestedRecords; ++i) {
    ASSERT_TRUE(world_.target.store->Remove(kTenant, "", JobWorld::Key(i)).ok());
  }
  EXPECT_EQ(Compare(), "!!!!!!!!!!");
}

}  // namespace
}  // namespace realm::worker
