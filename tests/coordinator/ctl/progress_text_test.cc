#include "coordinator/ctl/progress_text.h"

#include <gtest/gtest.h>

#include "coordinator/ctl/wire_time.h"

namespace realm::ctl {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1893456000);
constexpr int64_t kMiB = 1 << 20;

v1::Progress Progress(int64_t records_done, int64_t records_total, int64_t mib_done,
                      int64_t mib_total) {
  v1::Progress progress;
  progress.set_records_done(records_done);
  progress.set_records_total_estimate(records_total);
  progress.set_bytes_done(mib_done * kMiB);
  progress.set_bytes_total_estimate(mib_total * kMiB);
  *progress.mutable_last_progress_time() = ToTimestamp(kNow - absl::Seconds(1));
  return progress;
}

TEST(ProgressTextTest, EstimatesAreMarkedAndHaveAnInterval) {
  v1::Progress progress = Progress(24801, 40000, 620, 1000);
  progress.set_bytes_per_second(1 * kMiB);
  EXPECT_EQ(ProgressText(progress, kNow), "62 %  24,801/~40,000  1.0 MiB/s  ETA 4-8 min");
}

TEST(ProgressTextTest, ExactTotalsHaveNoMarkAndANarrowerInterval) {
  v1::Progress progress = Progress(840, 4000, 21, 100);
  progress.set_totals_exact(true);
  progress.set_bytes_per_second(79 * kMiB);
  EXPECT_EQ(ProgressText(progress, kNow), "21 %  840/4,000  79.0 MiB/s  ETA 1-2 s");
}

TEST(ProgressTextTest, NothingIsPromisedUnderOnePercent) {
  v1::Progress progress = Progress(3, 1000, 9, 1000);
  progress.set_bytes_per_second(kMiB);
  EXPECT_EQ(ProgressText(progress, kNow), "0 %  3/~1,000  1.0 MiB/s");
}

TEST(ProgressTextTest, AMinuteWithoutAnyIsAStall) {
  v1::Progress progress = Progress(500, 1000, 50, 100);
  progress.set_bytes_per_second(kMiB);
  *progress.mutable_last_progress_time() = ToTimestamp(kNow - absl::Minutes(14));
  EXPECT_EQ(ProgressText(progress, kNow), "50 %  500/~1,000  stalled 14m 00s");
}

TEST(ProgressTextTest, AHundredPercentIsSaidOnlyWhenNothingIsLeft) {
  v1::Progress passed = Progress(1000, 1000, 100, 100);
  EXPECT_EQ(PercentText(passed), "99 %");
  passed.set_totals_exact(true);
  EXPECT_EQ(PercentText(passed), "100 %");
  // An estimate that was too low.
  EXPECT_EQ(PercentText(Progress(1200, 1000, 120, 100)), "99 %");
}

TEST(ProgressTextTest, TheIntervalSpansTheRatesThatWereSeen) {
  RateRange rates;
  rates.Widen(0);
  rates.Widen(1 * kMiB);
  rates.Widen(4 * kMiB);
  EXPECT_EQ(EtaText(Progress(1, 2, 400, 1000), rates, kNow), "ETA 2-10 min");
}

TEST(ProgressTextTest, WithoutARateThereIsNoEta) {
  EXPECT_EQ(EtaText(Progress(1, 2, 400, 1000), {}, kNow), "");
}

}  // namespace
}  // namespace realm::ctl
