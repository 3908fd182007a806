#include "coordinator/edge/mirror.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/coordinator/edge/platform.h"
#include "tests/support/temp_folder.h"

namespace realm::edge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class MirrorTest : public testing::Test {
 protected:
  std::unique_ptr<Mirror> Open() { return std::make_unique<Mirror>(path_, &clock_); }

  SystemClock clock_;
  TempFolder folder_;
  const std::string path_ = folder_.path("rows.cache");
};

TEST_F(MirrorTest, KeysOfDifferentPartsNeverMeet) {
  EXPECT_NE(MirrorKey({"a", "bc"}), MirrorKey({"ab", "c"}));
  EXPECT_NE(MirrorKey({"a", ""}), MirrorKey({"a"}));
}

TEST_F(MirrorTest, HoldsWhatWasPut) {
  const auto mirror = Open();
  mirror->Put(MirrorKey({"a", "2"}), "two");
  mirror->Put(MirrorKey({"a", "1"}), "one");
  mirror->Put(MirrorKey({"ab", "3"}), "three");
  EXPECT_EQ(mirror->Find(MirrorKey({"a", "2"})), "two");
  EXPECT_EQ(mirror->Find("a"), std::nullopt);
  EXPECT_THAT(mirror->FindAll(MirrorKey({"a", ""})), ElementsAre("one", "two"));
  mirror->Change(MirrorKey({"a", "2"}), [](const std::string* kept, bool seen) {
    EXPECT_EQ(*kept, "two");
    EXPECT_TRUE(seen);
    return std::nullopt;
  });
  mirror->Change("none", [](const std::string* kept, bool) {
    EXPECT_EQ(kept, nullptr);
    return std::nullopt;
  });
  EXPECT_EQ(mirror->Find(MirrorKey({"a", "2"})), "two");
  EXPECT_EQ(mirror->Find("none"), std::nullopt);
}

TEST_F(MirrorTest, SurvivesARestart) {
  auto mirror = Open();
  mirror->Put("k", "row");
  ASSERT_TRUE(mirror->Flush(absl::Seconds(10)));
  const Mirror copy(path_, &clock_);
  EXPECT_EQ(copy.Find("k"), "row");
  EXPECT_TRUE(copy.complete());
  EXPECT_FALSE(copy.live());
}

TEST_F(MirrorTest, WritesTheRestWhenItGoes) {
  Open()->Put("k", "row");
  EXPECT_EQ(Open()->Find("k"), "row");
}

TEST_F(MirrorTest, ASnapshotReplacesWhatItDoesNotName) {
  const auto mirror = Open();
  mirror->Put("gone", "row");
  mirror->Put("stays", "row");
  EXPECT_FALSE(mirror->complete());
  mirror->BeginSnapshot();
  mirror->Put("stays", "newer");
  mirror->Put("came", "row");
  EXPECT_EQ(mirror->Find("gone"), "row") << "until the snapshot is complete";
  mirror->EndSnapshot();
  EXPECT_EQ(mirror->Find("gone"), std::nullopt);
  EXPECT_EQ(mirror->Find("stays"), "newer");
  EXPECT_EQ(mirror->Find("came"), "row");
  EXPECT_TRUE(mirror->live());
  EXPECT_TRUE(mirror->complete());
}

TEST_F(MirrorTest, AStreamThatBreaksOffInItsSnapshotRemovesNothing) {
  const auto mirror = Open();
  mirror->Put("kept", "row");
  mirror->BeginSnapshot();
  mirror->LoseStream();
  EXPECT_EQ(mirror->Find("kept"), "row");
  EXPECT_FALSE(mirror->live());
}

TEST_F(MirrorTest, AnEmptySnapshotIsRememberedAsSuch) {
  {
    const auto mirror = Open();
    mirror->BeginSnapshot();
    mirror->EndSnapshot();
  }
  EXPECT_TRUE(Open()->complete());
}

TEST_F(MirrorTest, ADamagedFileIsTakenForEmptyAndWrittenAnew) {
  Open()->Put("k", "row");
  const std::string good = ReadSmallFile(path_).value();
  for (size_t i = 0; i < good.size(); ++i) {
    std::string damaged = good;
    damaged[i] ^= 1;
    WriteIn(folder_, "rows.cache", damaged);
    const auto mirror = Open();
    EXPECT_THAT(mirror->FindAll(""), IsEmpty()) << i;
    EXPECT_FALSE(mirror->complete());
  }
  for (const size_t size : {size_t{0}, size_t{10}, good.size() - 1}) {
    WriteIn(folder_, "rows.cache", good.substr(0, size));
    EXPECT_THAT(Open()->FindAll(""), IsEmpty()) << size;
  }
  Open()->Put("k", "again");
  EXPECT_EQ(Open()->Find("k"), "again");
}

TEST_F(MirrorTest, WorksWithoutADisk) {
  Mirror mirror(folder_.path("missing/folder/rows.cache"), &clock_);
  mirror.Put("k", "row");
  EXPECT_EQ(mirror.Find("k"), "row");
}

}  // namespace
}  // namespace realm::edge
