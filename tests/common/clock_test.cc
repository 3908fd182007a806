#include "common/clock.h"

#include <gtest/gtest.h>

#include "absl/time/time.h"

#include "tests/support/fake_clock.h"

namespace realm {
namespace {

TEST(SystemClockTest, MonotonicNeverFallsAndMoves) {
  const SystemClock clock;
  const absl::Duration first = clock.Monotonic();
  absl::Duration last = first;
  while (last == first) {
    const absl::Duration next = clock.Monotonic();
    ASSERT_GE(next, last);
    last = next;
  }
}

TEST(SystemClockTest, NowIsInThisCentury) {
  const absl::Time now = SystemClock().Now();
  EXPECT_GT(now, absl::FromCivil(absl::CivilYear(2024), absl::UTCTimeZone()));
  EXPECT_LT(now, absl::FromCivil(absl::CivilYear(2100), absl::UTCTimeZone()));
}

TEST(FakeClockTest, AdvanceMovesBothAndJumpMovesOnlyTheWall) {
  FakeClock clock;
  const absl::Time now = clock.Now();
  const absl::Duration monotonic = clock.Monotonic();
  clock.Advance(absl::Minutes(3));
  EXPECT_EQ(clock.Now(), now + absl::Minutes(3));
  EXPECT_EQ(clock.Monotonic(), monotonic + absl::Minutes(3));
  clock.JumpTo(now - absl::Hours(1));
  EXPECT_EQ(clock.Now(), now - absl::Hours(1));
  EXPECT_EQ(clock.Monotonic(), monotonic + absl::Minutes(3));
}

}  // namespace
}  // namespace realm
