#include "coordinator/ctl/format.h"

#include <gtest/gtest.h>

namespace realm::ctl {
namespace {

TEST(FormatTest, CountsAreGroupedByThousands) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1234), "1,234");
  EXPECT_EQ(FormatCount(12000), "12,000");
  EXPECT_EQ(FormatCount(1234567), "1,234,567");
  EXPECT_EQ(FormatCount(-1234), "-1,234");
  EXPECT_EQ(FormatCount(-123), "-123");
}

TEST(FormatTest, BytesTakeTheUnitThatFits) {
  EXPECT_EQ(FormatBytes(512), "512 B");
  EXPECT_EQ(FormatBytes(1024), "1.0 KiB");
  EXPECT_EQ(FormatBytes(48 << 20), "48.0 MiB");
  EXPECT_EQ(FormatBytes((1 << 20) - 1), "1.0 MiB");
  EXPECT_EQ(FormatBytes(int64_t{3} << 40), "3.0 TiB");
}

TEST(FormatTest, SpansHaveTheirTwoLargestUnits) {
  EXPECT_EQ(FormatSpan(absl::Milliseconds(400)), "0s");
  EXPECT_EQ(FormatSpan(absl::Seconds(41)), "41s");
  EXPECT_EQ(FormatSpan(absl::Seconds(130)), "2m 10s");
  EXPECT_EQ(FormatSpan(absl::Seconds(662)), "11m 02s");
  EXPECT_EQ(FormatSpan(absl::Minutes(90)), "1h 30m");
  EXPECT_EQ(FormatSpan(absl::Hours(76)), "3d 04h");
  EXPECT_EQ(FormatSpan(absl::Hours(24 * 14)), "14d");
  EXPECT_EQ(FormatSpan(absl::Seconds(-1)), "0s");
}

TEST(FormatTest, WhatWasWaitedForHasTenths) {
  EXPECT_EQ(FormatElapsed(absl::Milliseconds(2140)), "2.1 s");
  EXPECT_EQ(FormatElapsed(absl::Seconds(130)), "2m 10s");
}

TEST(FormatTest, TimesAreRelativeForPeopleOnly) {
  const absl::Time now = absl::FromUnixSeconds(1893456000);
  EXPECT_EQ(FormatTime(now - absl::Seconds(130), {now, true}), "2m 10s ago");
  EXPECT_EQ(FormatTime(now + absl::Hours(24 * 14), {now, true}), "in 14d");
  EXPECT_EQ(FormatTime(now, {now, false}), "2030-01-01T00:00:00Z");
  EXPECT_EQ(FormatTime(absl::InfinitePast(), {now, false}), "-");
}

TEST(FormatTest, OneIsSingular) {
  EXPECT_EQ(Plural(1, "record"), "1 record");
  EXPECT_EQ(Plural(12000, "record"), "12,000 records");
  EXPECT_EQ(Plural(2, "entry", "entries"), "2 entries");
}

}  // namespace
}  // namespace realm::ctl
