#include "common/backoff.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace realm {
namespace {

constexpr absl::Duration kBase = absl::Milliseconds(100);
constexpr absl::Duration kCap = absl::Seconds(30);

TEST(BackoffTest, StaysBelowTheDoublingCeilingAndTheCap) {
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    for (int64_t attempt = 1; attempt <= 20; ++attempt) {
      const absl::Duration ceiling = std::min(kCap, kBase * (int64_t{1} << (attempt - 1)));
      const absl::Duration delay = BackoffDelay(attempt, kBase, kCap, seed);
      ASSERT_GE(delay, absl::ZeroDuration());
      ASSERT_LT(delay, ceiling) << "attempt " << attempt << " seed " << seed;
    }
  }
}

TEST(BackoffTest, SpreadsEvenlyOverTheWholeRange) {
  absl::Duration sum;
  int lowest_tenth = 0;
  int highest_tenth = 0;
  for (uint64_t seed = 0; seed < 10000; ++seed) {
    const absl::Duration delay = BackoffDelay(1, kBase, kCap, seed);
    sum += delay;
    if (delay < kBase * 0.1) ++lowest_tenth;
    if (delay >= kBase * 0.9) ++highest_tenth;
  }
  EXPECT_NEAR(absl::FDivDuration(sum / 10000, kBase), 0.5, 0.02);
  EXPECT_NEAR(lowest_tenth, 1000, 150);
  EXPECT_NEAR(highest_tenth, 1000, 150);
}

TEST(BackoffTest, SameArgumentsGiveTheSameDelayAndOthersDoNot) {
  EXPECT_EQ(BackoffDelay(3, kBase, kCap, 7), BackoffDelay(3, kBase, kCap, 7));
  std::set<absl::Duration> delays;
  for (int64_t attempt = 10; attempt < 20; ++attempt) {
    for (uint64_t seed = 0; seed < 10; ++seed) {
      delays.insert(BackoffDelay(attempt, kBase, kCap, seed));
    }
  }
  EXPECT_EQ(delays.size(), 100u);
}

TEST(BackoffTest, HugeAttemptsAreAsTheCap) {
  const int64_t attempt = std::numeric_limits<int64_t>::max();
  EXPECT_LT(BackoffDelay(attempt, kBase, kCap, 1), kCap);
  EXPECT_GE(BackoffDelay(attempt, kBase, kCap, 1), absl::ZeroDuration());
}

TEST(BackoffDeathTest, RefusesSenselessArguments) {
  EXPECT_DEATH(BackoffDelay(0, kBase, kCap, 1), "attempt=0");
  EXPECT_DEATH(BackoffDelay(1, kCap, kBase, 1), "base <= cap");
}

}  // namespace
}  // namespace realm
