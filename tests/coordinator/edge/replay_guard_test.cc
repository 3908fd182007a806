#include "coordinator/edge/replay_guard.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace realm::edge {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1000);
const absl::Time kExpiry = kNow + absl::Minutes(3);

TEST(ReplayGuardTest, TheSameRequestAgainIsARetry) {
  ReplayGuard guard;
  EXPECT_TRUE(guard.Admit("token", "request", kExpiry, kNow));
  EXPECT_TRUE(guard.Admit("token", "request", kExpiry, kNow));
  EXPECT_TRUE(guard.Admit("other", "other request", kExpiry, kNow));
}

TEST(ReplayGuardTest, AnotherRequestWithTheSameTokenIsRefusedUntilTheTokenExpires) {
  ReplayGuard guard;
  EXPECT_TRUE(guard.Admit("token", "request", kExpiry, kNow));
  EXPECT_FALSE(guard.Admit("token", "altered", kExpiry, kNow));
  EXPECT_FALSE(guard.Admit("token", "altered", kExpiry, kExpiry));
  EXPECT_TRUE(guard.Admit("token", "request", kExpiry, kExpiry)) << "the first one stays the first";
}

TEST(ReplayGuardTest, TheSoonestToExpireIsForgottenWhenThereAreTooMany) {
  ReplayGuard guard;
  EXPECT_TRUE(guard.Admit("soonest", "request", kExpiry, kNow));
  EXPECT_TRUE(guard.Admit("latest", "request", kExpiry + absl::Hours(1), kNow));
  for (size_t i = 2; i <= kTokensRemembered; ++i) {
    guard.Admit(absl::StrCat(i), "request", kExpiry + absl::Minutes(1), kNow);
  }
  EXPECT_FALSE(guard.Admit("latest", "altered", kExpiry, kNow));
  EXPECT_TRUE(guard.Admit("soonest", "altered", kExpiry, kNow));
}

}  // namespace
}  // namespace realm::edge
