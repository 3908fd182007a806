#include "coordinator/store/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/digest.h"
#include "coordinator/store/head.h"

namespace realm::coordinator {
namespace {

using ::testing::HasSubstr;

TEST(FrameTest, ARowComesBackAsItWas) {
  for (const std::string& value : {std::string(), std::string("v"), std::string(1000, '\0')}) {
    const Row row = DecodeFrame("key", EncodeFrame("key", 7, value));
    EXPECT_EQ(row.key, "key");
    EXPECT_EQ(row.value, value);
    EXPECT_EQ(row.version, 7u);
    EXPECT_EQ(row.damaged, "");
  }
}

// As docs/formats/store.md shows them.
TEST(FrameTest, TheBytesOfTheDocumentation) {
  EXPECT_EQ(ToHex(EncodeFrame("key", 7, "value")), "4eb46add000000000000000776616c7565");
  EXPECT_EQ(EncodeFormat(1), "realmshift store format 1");
}

TEST(FrameTest, AnyChangedBitIsDamage) {
  const std::string bytes = EncodeFrame("key", 7, "value");
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const Row row = DecodeFrame("key", flipped);
    EXPECT_NE(row.damaged, "") << bit;
    EXPECT_EQ(row.value, "");
    EXPECT_EQ(row.key, "key");
  }
}

TEST(FrameTest, AShorterRowAndAnothersRowAreDamage) {
  const std::string bytes = EncodeFrame("key", 7, "value");
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_NE(DecodeFrame("key", bytes.substr(0, size)).damaged, "") << size;
  }
  EXPECT_NE(DecodeFrame("kez", bytes).damaged, "");
  EXPECT_NE(DecodeFrame("ke", bytes).damaged, "");
}

TEST(FormatTest, ANewerFormatIsRefusedByNumber) {
  EXPECT_TRUE(CheckFormat(EncodeFormat(kStoreFormat)).ok());
  const absl::Status newer = CheckFormat(EncodeFormat(2));
  EXPECT_EQ(newer.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(newer.message()),
              HasSubstr("written by a newer realmshift (format 2; this build reads 1)"));
  for (const char* other :
       {"", "leveldb", "realmshift store format ", "realmshift store format x"}) {
    EXPECT_THAT(std::string(CheckFormat(other).message()), HasSubstr("no store of realmshift"));
  }
}

TEST(HeadTest, AHeadComesBackAsItWas) {
  StoreHead head = FirstHead();
  EXPECT_EQ(*DecodeHead(EncodeHead(head)), head);
  EXPECT_EQ(EncodeHead(head).size(), kHeadBytes);
  head.sequence = ~uint64_t{0};
  head.chain_head = std::string(32, 'c');
  head.row_count = 5;
  head.version_sum = 9;
  EXPECT_EQ(*DecodeHead(EncodeHead(head)), head);
  EXPECT_EQ(DecodeHead(EncodeHead(head) + "x").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeHead("").status().code(), absl::StatusCode::kDataLoss);
}

TEST(HeadTest, CountsFollowWhatABatchDoes) {
  StoreHead head = FirstHead();
  head.row_count = 10;
  head.version_sum = 40;
  Batch batch;
  batch.writes = {{"new", "v", 0}, {"changed", "v", 4}, {"gone", std::nullopt, 6}};
  const StoreHead after = HeadAfter(head, batch);
  EXPECT_EQ(after.row_count, 10u);
  EXPECT_EQ(after.version_sum, 40u + 1 + 1 - 6);
  EXPECT_EQ(after.sequence, 1u);
  batch.writes = {{"never there", std::nullopt, 0}};
  EXPECT_EQ(HeadAfter(head, batch).row_count, 10u);
}

}  // namespace
}  // namespace realm::coordinator
