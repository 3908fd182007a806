// Each sync of a store's life fails in turn. The store says so once, acknowledges nothing more, and
// what it had acknowledged is there afterwards, with or without a power cut.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "common/check.h"
#include "coordinator/store/rocksdb_store.h"
#include "tests/coordinator/store/failing_disk.h"
#include "tests/coordinator/store/store_folder.h"
#include "tests/support/coordinator/numbered_batches.h"
#include "tests/support/temp_folder.h"

namespace realm::coordinator {
namespace {

constexpr int kBatchesBefore = 5;
constexpr int kBatchesInAll = 15;

// One life of a store on a disk.
struct Life {
  int acknowledged = kBatchesBefore;
  std::vector<std::string> stops;
  bool is_open = false;
};

Life LiveOn(const std::string& folder, FailingDisk& disk) {
  Life life;
  RocksdbStoreOptions options;
  options.folder = folder;
  options.env = disk.env();
  options.fail_stop = [&life](absl::string_view why) { life.stops.emplace_back(why); };
  const auto store = OpenRocksdbStore(options);
  life.is_open = store.ok();
  for (int number = kBatchesBefore + 1; store.ok() && number <= kBatchesInAll; ++number) {
    const absl::Status applied = (*store)->Apply(NumberedBatch(number));
    if (applied.ok()) {
      life.acknowledged = number;
      continue;
    }
    EXPECT_EQ(applied.code(), absl::StatusCode::kUnknown) << applied;
    EXPECT_EQ(life.stops.size(), 1u);
    // Dead is dead: the next sync would be well, and nothing is written any more.
    EXPECT_EQ((*store)->Apply(NumberedBatch(number)).code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ((*store)->Apply(NumberedBatch(number + 1)).code(), absl::StatusCode::kUnavailable);
    break;
  }
  return life;
}

int SyncsOfAGoodLife() {
  TempFolder temp;
  const std::string folder = temp.path("store");
  REALM_CHECK_OK(ApplyBatches(*MustOpenStore(folder), 1, kBatchesBefore));
  FailingDisk disk(0, false);
  EXPECT_EQ(LiveOn(folder, disk).acknowledged, kBatchesInAll);
  return disk.sync_count();
}

struct Case {
  std::string name;
  bool for_ever;
  bool power_cut;
};

class RocksdbSyncTest : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(Disks, RocksdbSyncTest,
                         testing::Values(Case{"Once", false, false}, Case{"ForEver", true, false},
                                         Case{"OnceThenPowerCut", false, true},
                                         Case{"ForEverThenPowerCut", true, true}),
                         [](const auto& disk) { return disk.param.name; });

TEST_P(RocksdbSyncTest, AnyFailedSyncStopsTheStoreAndLosesNothingAcknowledged) {
  int stopped = 0;
  const int sync_count = SyncsOfAGoodLife();
  for (int number = 1; number <= sync_count; ++number) {
    TempFolder temp;
    const std::string folder = temp.path("store");
    REALM_CHECK_OK(ApplyBatches(*MustOpenStore(folder), 1, kBatchesBefore));
    FailingDisk disk(number, GetParam().for_ever);
    const Life life = LiveOn(folder, disk);
    stopped += static_cast<int>(life.stops.size());
    if (GetParam().power_cut) disk.CutPower();
    const auto store = OpenStore(folder);
    ASSERT_TRUE(store.ok()) << "sync " << number << ": " << store.status();
    const auto state = StateOf(**store);
    ASSERT_TRUE(state.ok()) << "sync " << number << ": " << state.status();
    EXPECT_GE(*state, life.acknowledged) << "sync " << number;
    EXPECT_LE(*state, life.acknowledged + 1) << "sync " << number;
  }
  // At least one for each batch of a life; the others are of opening.
  EXPECT_GE(stopped, kBatchesInAll - kBatchesBefore);
  EXPECT_GE(sync_count, kBatchesInAll - kBatchesBefore + 3);
}

TEST(RocksdbPowerTest, APowerCutAloneLosesNothingAcknowledged) {
  for (int batches = 0; batches <= 6; ++batches) {
    TempFolder temp;
    const std::string folder = temp.path("store");
    const std::string crashed = temp.path("crashed");
    FailingDisk disk(0, false);
    RocksdbStoreOptions options;
    options.folder = folder;
    options.env = disk.env();
    {
      const auto store = OpenRocksdbStore(options);
      ASSERT_TRUE(store.ok());
      // Whatever closing the store would still sync is not in the copy.
      ASSERT_TRUE(ApplyBatches(**store, 1, batches).ok());
      CopyFolder(folder, crashed);
    }
    CopyFolder(crashed, folder);
    disk.CutPower();
    EXPECT_EQ(*StateOf(*MustOpenStore(folder)), batches);
  }
}

// The mark is synced with one batch in 64, so a power cut leaves one that is a little older.
TEST(RocksdbPowerTest, AMarkThatIsALittleBehindIsNoReasonToRefuse) {
  TempFolder temp;
  const std::string folder = temp.path("store");
  const std::string early = temp.path("early");
  const std::string late = temp.path("late");
  const std::string crashed = temp.path("crashed");
  {
    const auto store = MustOpenStore(folder);
    ASSERT_TRUE(ApplyBatches(*store, 1, 20).ok());
    CopyFolder(folder, early);
    ASSERT_TRUE(ApplyBatches(*store, 21, 60).ok());
    CopyFolder(folder, late);
    ASSERT_TRUE(ApplyBatches(*store, 61, 120).ok());
    CopyFolder(folder, crashed);
  }
  const auto with_mark_of = [&](const std::string& moment) {
    CopyFolder(crashed, folder);
    std::filesystem::copy_file(moment + "/mark", folder + "/mark",
                               std::filesystem::copy_options::overwrite_existing);
    return OpenStore(folder);
  };
  {
    const auto store = with_mark_of(late);
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ(*StateOf(**store), 120);
  }
  // That old is not what a power cut leaves.
  EXPECT_EQ(with_mark_of(early).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace realm::coordinator
