#include "coordinator/engine/job_rates.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace realm::coordinator {
namespace {

const RealmId kEu("EU");

TEST(JobRatesTest, AreMeansOverTheSpanOrOverTheTimeSinceTheStart) {
  FakeClock clock;
  JobRates rates(&clock);
  for (int i = 0; i < 5; ++i)
    rates.Count(kEu, JobKind::kCopy, JobRates::What::kAdded);
  EXPECT_EQ(rates.Of(kEu, JobKind::kCopy).added, 5);
  clock.Advance(absl::Seconds(9));
  EXPECT_EQ(rates.Of(kEu, JobKind::kCopy).added, 0.5);
  clock.Advance(absl::Seconds(20));
  EXPECT_DOUBLE_EQ(rates.Of(kEu, JobKind::kCopy).added, 5.0 / 30);
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(rates.Of(kEu, JobKind::kCopy).added, 0) << "half a minute ago";
}

TEST(JobRatesTest, KindsRealmsAndWhatHappenedAreApart) {
  FakeClock clock;
  JobRates rates(&clock);
  rates.Count(kEu, JobKind::kCopy, JobRates::What::kDispatched);
  EXPECT_EQ(rates.Of(kEu, JobKind::kCopy).dispatched, 1);
  EXPECT_EQ(rates.Of(kEu, JobKind::kCopy).added, 0);
  EXPECT_EQ(rates.Of(kEu, JobKind::kCopy).done, 0);
  EXPECT_EQ(rates.Of(kEu, JobKind::kPurge).dispatched, 0);
  EXPECT_EQ(rates.Of(RealmId("US"), JobKind::kCopy).dispatched, 0);
}

TEST(JobRatesTest, ASecondIsNotCountedAgainWhenItsPlaceIsTakenLongAfter) {
  FakeClock clock;
  JobRates rates(&clock);
  rates.Count(kEu, JobKind::kCopy, JobRates::What::kDone);
  clock.Advance(absl::Seconds(300));
  rates.Count(kEu, JobKind::kCopy, JobRates::What::kDone);
  EXPECT_DOUBLE_EQ(rates.Of(kEu, JobKind::kCopy).done, 1.0 / 30);
}

}  // namespace
}  // namespace realm::coordinator
