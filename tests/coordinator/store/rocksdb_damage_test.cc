// The process was killed; then its files were damaged. Nothing that was acknowledged may be missing
// in silence: the store opens whole, or refuses and says what to do.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "tests/coordinator/store/store_folder.h"
#include "tests/support/coordinator/numbered_batches.h"
#include "tests/support/temp_folder.h"

namespace realm::coordinator {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;

constexpr int kBatches = 100;

class RocksdbDamageTest : public testing::Test {
 protected:
  // What SIGKILL leaves of a store whose last kBatches batches are in its log alone. `log_bytes_`
  // is how long the log was before the last of them.
  void SetUp() override {
    const auto store = MustOpenStore(live_);
    REALM_CHECK_OK(ApplyBatches(*store, 1, kBatches - 1));
    log_bytes_ = fs::file_size(LogOf(live_));
    REALM_CHECK_OK(ApplyBatches(*store, kBatches, kBatches));
    CopyFolder(live_, crashed_);
  }

  // Copies the crashed store and damages the copy.
  void Damage(const std::function<void()>& damage) {
    CopyFolder(crashed_, copy_);
    damage();
  }

  // The copy is refused with advice, and nothing in it is changed.
  void ExpectRefusal() {
    const auto before = ContentsOf(copy_);
    const auto store = OpenStore(copy_);
    ASSERT_EQ(store.status().code(), absl::StatusCode::kDataLoss) << store.status();
    EXPECT_THAT(std::string(store.status().message()), HasSubstr("--accept-data-loss"));
    EXPECT_EQ(ContentsOf(copy_), before);
  }

  // The copy is refused, or whole. Which of them?
  bool IsRefused() {
    const auto store = OpenStore(copy_);
    if (!store.ok()) {
      EXPECT_EQ(store.status().code(), absl::StatusCode::kDataLoss) << store.status();
      return true;
    }
    const auto state = StateOf(**store);
    if (!state.ok()) {
      EXPECT_EQ(state.status().code(), absl::StatusCode::kDataLoss) << state.status() << damage_;
      return true;
    }
    EXPECT_EQ(*state, kBatches);
    return false;
  }

  // What is left, in a new generation, is some earlier state and works on.
  void ExpectAcceptedWith(int state) {
    {
      const auto store = OpenStoreAcceptingLoss(copy_);
      ASSERT_TRUE(store.ok()) << store.status();
      EXPECT_EQ((*store)->Info().generation, 2u);
      EXPECT_EQ(*StateOf(**store), state);
      EXPECT_TRUE(ApplyBatches(**store, state + 1, state + 5).ok());
    }
    EXPECT_EQ(*StateOf(*MustOpenStore(copy_)), state + 5);
  }

  std::string Log() { return LogOf(copy_); }

  TempFolder temp_;
  const std::string live_ = temp_.path("live");
  const std::string crashed_ = temp_.path("crashed");
  const std::string copy_ = temp_.path("copy");
  size_t log_bytes_ = 0;
  std::string damage_;
};

TEST_F(RocksdbDamageTest, AnUndamagedStoreOpensWhole) {
  Damage([] {});
  EXPECT_EQ(*StateOf(*MustOpenStore(copy_)), kBatches);
}

// --- The table of docs/formats/store.md. --------------------------------------------------------

TEST_F(RocksdbDamageTest, TheLogsLastRecordCutIsRefused) {
  Damage([&] { fs::resize_file(Log(), log_bytes_); });
  ExpectRefusal();
  ExpectAcceptedWith(kBatches - 1);
}

TEST_F(RocksdbDamageTest, AByteFlippedInTheMiddleOfTheLogIsRefused) {
  Damage([&] { FlipByte(Log(), log_bytes_ / 2); });
  ExpectRefusal();
  const auto store = OpenStoreAcceptingLoss(copy_);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_GT(*StateOf(**store), 20);
  EXPECT_LT(*StateOf(**store), 80);
}

TEST_F(RocksdbDamageTest, AByteFlippedInTheLogsLastRecordIsRefused) {
  Damage([&] { FlipByte(Log(), log_bytes_ + 30); });
  ExpectRefusal();
  ExpectAcceptedWith(kBatches - 1);
}

TEST_F(RocksdbDamageTest, AMissingLogIsRefused) {
  Damage([&] { fs::remove(Log()); });
  ExpectRefusal();
  ExpectAcceptedWith(0);
}

// --- And more of the kind. ----------------------------------------------------------------------

TEST_F(RocksdbDamageTest, TheLogCutAnywhereInItsLastRecordIsRefused) {
  for (size_t bytes = fs::file_size(LogOf(crashed_)) - 1; bytes >= log_bytes_; --bytes) {
    Damage([&] { fs::resize_file(Log(), bytes); });
    EXPECT_TRUE(IsRefused()) << "cut to " << bytes;
  }
}

TEST_F(RocksdbDamageTest, AnEmptyLogIsRefused) {
  Damage([&] { fs::resize_file(Log(), 0); });
  ExpectRefusal();
}

TEST_F(RocksdbDamageTest, AByteFlippedAnywhereInTheLogIsRefused) {
  const size_t bytes = fs::file_size(LogOf(crashed_));
  for (size_t offset = 0; offset < bytes; offset += 61) {
    Damage([&] { FlipByte(Log(), offset); });
    EXPECT_TRUE(IsRefused()) << "byte " << offset << " of " << bytes;
  }
}

TEST_F(RocksdbDamageTest, TheLogOfAnEarlierMomentIsRefused) {
  const std::string log = LogOf(live_);
  Damage([&] { fs::copy_file(log, Log(), fs::copy_options::overwrite_existing); });
  EXPECT_FALSE(IsRefused());
  Damage([&] { fs::resize_file(Log(), log_bytes_ / 3); });
  EXPECT_TRUE(IsRefused());
}

// A store with a part of its rows in table files, and a part in the log.
class RocksdbDamagedFilesTest : public RocksdbDamageTest {
 protected:
  void SetUp() override {
    REALM_CHECK_OK(ApplyBatches(*MustOpenStore(live_), 1, 60));
    const auto store = MustOpenStore(live_);
    REALM_CHECK_OK(ApplyBatches(*store, 61, kBatches));
    CopyFolder(live_, crashed_);
  }
};

TEST_F(RocksdbDamagedFilesTest, AnyFileMissingIsRefusedOrMissesNothing) {
  int refused = 0;
  for (const std::string& path : FilesOf(crashed_)) {
    Damage([&] { fs::remove(copy_ + path.substr(crashed_.size())); });
    const bool is_refused = IsRefused();
    refused += is_refused ? 1 : 0;
    const bool must_be = absl::EndsWith(path, ".sst") || absl::EndsWith(path, "/mark") ||
                         absl::EndsWith(path, "/CURRENT") || absl::StrContains(path, "MANIFEST");
    EXPECT_TRUE(is_refused || !must_be) << path;
  }
  EXPECT_GE(refused, 5);
}

TEST_F(RocksdbDamagedFilesTest, AByteFlippedInAnyFileIsRefusedOrMissesNothing) {
  int refused = 0;
  for (const std::string& path : FilesOf(crashed_)) {
    const size_t bytes = fs::file_size(path);
    for (size_t offset = 0; offset < bytes; offset += bytes / 23 + 1) {
      damage_ = absl::StrCat("; byte ", offset, " of ", bytes, " of ", path);
      Damage([&] { FlipByte(copy_ + path.substr(crashed_.size()), offset); });
      refused += IsRefused() ? 1 : 0;
    }
  }
  EXPECT_GE(refused, 20);
}

TEST_F(RocksdbDamagedFilesTest, AnyFileCutInHalfIsRefusedOrMissesNothing) {
  for (const std::string& path : FilesOf(crashed_)) {
    damage_ = absl::StrCat("; half of ", path);
    Damage([&] { fs::resize_file(copy_ + path.substr(crashed_.size()), fs::file_size(path) / 2); });
    IsRefused();
  }
}

// The log that held the first rows is deleted while the store is open: only the MANIFEST knows
// their table.
class RocksdbFlushedTest : public RocksdbDamageTest {
 protected:
  void SetUp() override {
    const auto store = MustOpenStore(live_);
    REALM_CHECK_OK(ApplyBatches(*store, 1, kBatches));
    uint64_t rows = 0;
    while (!HasTable(live_) && rows < 1000) {
      Batch batch = NumberedBatch(kBatches);
      batch.writes = {{absl::StrCat("x/", ++rows), std::string(1 << 18, 'x'), 0}};
      REALM_CHECK_OK(store->Apply(batch));
    }
    REALM_CHECK(HasTable(live_));
    CopyFolder(live_, crashed_);
  }

  static bool HasTable(const std::string& folder) {
    for (const std::string& path : FilesOf(folder)) {
      if (absl::EndsWith(path, ".sst") && fs::file_size(path) > 0) return true;
    }
    return false;
  }

  static std::string ManifestOf(const std::string& folder) {
    for (const std::string& path : FilesOf(folder)) {
      if (absl::StrContains(path, "MANIFEST")) return path;
    }
    REALM_CHECK(false, folder);
  }
};

TEST_F(RocksdbFlushedTest, AnUndamagedStoreOpensWhole) {
  Damage([] {});
  EXPECT_FALSE(IsRefused());
}

TEST_F(RocksdbFlushedTest, AManifestCutAnywhereIsRefusedOrMissesNothing) {
  const size_t bytes = fs::file_size(ManifestOf(crashed_));
  for (size_t left = 0; left < bytes; left += 7) {
    damage_ = absl::StrCat("; cut to ", left, " of ", bytes);
    Damage([&] { fs::resize_file(ManifestOf(copy_), left); });
    IsRefused();
  }
}

TEST_F(RocksdbFlushedTest, AByteFlippedAnywhereInTheManifestIsRefusedOrMissesNothing) {
  const size_t bytes = fs::file_size(ManifestOf(crashed_));
  for (size_t offset = 0; offset < bytes; offset += 5) {
    damage_ = absl::StrCat("; byte ", offset, " of ", bytes);
    Damage([&] { FlipByte(ManifestOf(copy_), offset); });
    IsRefused();
  }
}

}  // namespace
}  // namespace realm::coordinator
