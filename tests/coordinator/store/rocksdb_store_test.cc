// What is RocksdbStore's own, beyond what every store promises (tests/conformance).

#include "coordinator/store/rocksdb_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "coordinator/store/frame.h"
#include "coordinator/store/head.h"
#include "coordinator/store/high_water.h"
#include "tests/coordinator/store/raw_database.h"
#include "tests/coordinator/store/store_folder.h"
#include "tests/support/coordinator/numbered_batches.h"
#include "tests/support/temp_folder.h"

namespace realm::coordinator {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class RocksdbStoreTest : public testing::Test {
 protected:
  // A store that holds state `number` and is closed.
  void Fill(int number) { REALM_CHECK_OK(ApplyBatches(*MustOpenStore(folder_), 1, number)); }

  std::string database() const { return folder_ + "/db"; }
  std::string mark() const { return folder_ + "/mark"; }

  TempFolder temp_;
  const std::string folder_ = temp_.path("store");
};

TEST_F(RocksdbStoreTest, ASecondProcessIsToldWhoHasTheFolder) {
  const auto first = MustOpenStore(folder_);
  const auto second = OpenStore(folder_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr(absl::StrCat("process ", getpid(), " has ", folder_, " open; stop it")));
}

TEST_F(RocksdbStoreTest, ANewerFormatIsRefusedAndChangesNothing) {
  Fill(3);
  PutRaw(database(), absl::string_view("\0format", 7), EncodeFormat(2));
  const auto before = ContentsOf(folder_);
  for (const auto& open : {OpenStore, OpenStoreAcceptingLoss}) {
    const auto store = open(folder_);
    EXPECT_EQ(store.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(store.status().message()),
                HasSubstr("written by a newer realmshift (format 2; this build reads 1)"));
  }
  EXPECT_EQ(ContentsOf(folder_), before);
}

TEST_F(RocksdbStoreTest, ADatabaseOfAnotherProgramIsRefused) {
  Fill(1);
  std::filesystem::remove_all(database());
  PutRaw(database(), "their key", "their value");
  const auto store = OpenStore(folder_);
  EXPECT_EQ(store.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(store.status().message()), HasSubstr("no store of realmshift"));
}

TEST_F(RocksdbStoreTest, ADamagedRowIsShownAndStopsNothingElse) {
  Fill(5);
  std::string bytes = GetRaw(database(), "n/00000003");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  PutRaw(database(), "n/00000003", bytes);
  const auto store = MustOpenStore(folder_);
  const auto rows = store->Scan("n/", "", 100);
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 5u);
  for (const Row& row : *rows)
    EXPECT_EQ(row.damaged.empty(), row.key != "n/00000003");
  EXPECT_THAT((*store->Get("n/00000003"))->damaged, HasSubstr("check does not match"));
  // Nobody writes over what nobody knows.
  Batch batch = NumberedBatch(6);
  batch.writes.push_back({"n/00000003", "guess", 1});
  EXPECT_EQ(store->Apply(batch).code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(store->Apply(NumberedBatch(6)).ok());
}

TEST_F(RocksdbStoreTest, TheStoresOwnRowsAreNobodysElse) {
  Fill(2);
  const auto store = MustOpenStore(folder_);
  EXPECT_EQ(store->Scan("", "", 100)->size(), 3u);
  EXPECT_EQ(store->Scan(absl::string_view("\0", 1), "", 100)->size(), 0u);
  EXPECT_FALSE(store->Get(absl::string_view("\0head", 5))->has_value());
}

TEST_F(RocksdbStoreTest, ANearlyFullDiskRefusesBatchesAndLosesNone) {
  Fill(4);
  RocksdbStoreOptions options;
  options.folder = folder_;
  options.reserve_bytes = int64_t{1} << 60;
  {
    auto store = OpenRocksdbStore(options);
    ASSERT_TRUE(store.ok()) << store.status();
    const absl::Status refused = (*store)->Apply(NumberedBatch(5));
    EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted) << refused;
    EXPECT_EQ(*StateOf(**store), 4);
  }
  const auto store = MustOpenStore(folder_);
  EXPECT_TRUE(store->Apply(NumberedBatch(5)).ok());
  EXPECT_EQ(*StateOf(*store), 5);
}

TEST_F(RocksdbStoreTest, AMissingMarkIsRefusedUntilTheLossIsAccepted) {
  Fill(3);
  std::filesystem::remove(mark());
  EXPECT_EQ(OpenStore(folder_).status().code(), absl::StatusCode::kDataLoss);
  {
    const auto store = OpenStoreAcceptingLoss(folder_);
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ((*store)->Info().generation, 2u);
  }
  const auto store = MustOpenStore(folder_);
  EXPECT_EQ(store->Info().generation, 2u);
  EXPECT_EQ(*StateOf(*store), 3);
}

TEST_F(RocksdbStoreTest, AnOlderCopyOfTheDatabaseIsRefused) {
  Fill(3);
  CopyFolder(database(), temp_.path("backup"));
  REALM_CHECK_OK(ApplyBatches(*MustOpenStore(folder_), 4, 8));
  CopyFolder(temp_.path("backup"), database());
  const auto store = OpenStore(folder_);
  EXPECT_EQ(store.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(store.status().message()), StartsWith(folder_ + ": the database stands"));
  EXPECT_THAT(std::string(store.status().message()), HasSubstr("--accept-data-loss"));
}

TEST_F(RocksdbStoreTest, ALostDatabaseIsRefusedAndReplacedOnlyByOrder) {
  Fill(3);
  std::filesystem::remove_all(database());
  const auto refused = OpenStore(folder_);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(std::filesystem::exists(database()));
  const auto store = OpenStoreAcceptingLoss(folder_);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->Info().generation, 2u);
  EXPECT_EQ(*StateOf(**store), 0);
}

TEST_F(RocksdbStoreTest, AnInterruptedCreationIsFinished) {
  std::filesystem::create_directory(folder_);
  REALM_CHECK_OK(HighWaterFile::Create(mark(), {FirstHead(), {}}));
  EXPECT_EQ(MustOpenStore(folder_)->Info().incarnation, 1u);
}

TEST_F(RocksdbStoreTest, ABrokenPathIsNamed) {
  const auto store = OpenStore("/proc/nothing/here");
  EXPECT_FALSE(store.ok());
  EXPECT_THAT(std::string(store.status().message()), HasSubstr("/proc/nothing/here"));
}

}  // namespace
}  // namespace realm::coordinator
