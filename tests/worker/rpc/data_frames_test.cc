#include "worker/rpc/data_frames.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"

#include "common/limits.h"

namespace realm::worker {
namespace {

template <typename Frame>
bool IsRefused(const Frame& frame) {
  return absl::IsInvalidArgument(FromFrame(frame).status());
}

TEST(DataFramesTest, PagesHaveRecordsUnlessTheyAreTheEnd) {
  v1::ReadPagesResponse frame;
  frame.set_records("abc");
  frame.set_last_key("k");
  frame.set_record_count(3);
  EXPECT_EQ(FromFrame(frame)->record_count, 3);
  EXPECT_EQ(FromFrame(frame)->byte_count, 3);
  for (const int64_t count : {int64_t{-1}, int64_t{0}, int64_t{4}, INT64_MAX}) {
    frame.set_record_count(count);
    EXPECT_TRUE(IsRefused(frame)) << count;
  }
  frame.set_end(true);
  EXPECT_EQ(FromFrame(frame)->record_count, 0);
}

TEST(DataFramesTest, DigestsAreOfAsManyRecordsAsARangeHas) {
  v1::ReadDigestsResponse frame;
  frame.set_digest(std::string(32, 'd'));
  frame.set_record_count(kRangeRecords);
  EXPECT_EQ(FromFrame(frame)->record_count, kRangeRecords);
  frame.set_record_count(kRangeRecords + 1);
  EXPECT_TRUE(IsRefused(frame));
  frame.set_record_count(1);
  frame.set_byte_count(-1);
  EXPECT_TRUE(IsRefused(frame));
  frame.set_byte_count(1);
  frame.set_digest("short");
  EXPECT_TRUE(IsRefused(frame));
}

TEST(DataFramesTest, EstimatesThatWouldOverflowAreRefused) {
  v1::DescribeDatasetResponse frame;
  v1::TableDescription& table = *frame.add_tables();
  table.set_records_estimate(7);
  EXPECT_EQ(FromFrame(frame)->estimates[0].record_count, 7);
  table.set_bytes_estimate(INT64_MAX);
  EXPECT_TRUE(IsRefused(frame));
}

}  // namespace
}  // namespace realm::worker
