// What kill tests rely on: the program dies at the place and the time they name, and nowhere else.

#include "common/failpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

namespace realm {
namespace {

using testing::HasSubstr;

class FailpointTest : public testing::Test {
 protected:
  ~FailpointTest() override { ArmFailpoints("").IgnoreError(); }
};

TEST_F(FailpointTest, NothingHappensUnlessArmed) {
  ASSERT_TRUE(ArmFailpoints("").ok());
  EXPECT_TRUE(REALM_FAILPOINT("copy.after-page").ok());
}

TEST_F(FailpointTest, ProgramIsKilledTheNthTimeItGetsThere) {
  EXPECT_EXIT(
      {
        ArmFailpoints("copy.after-page=kill@3").IgnoreError();
        for (int i = 0; i < 2; ++i)
          REALM_FAILPOINT("copy.after-page").IgnoreError();
        REALM_FAILPOINT("copy.after-seal").IgnoreError();
        fputs("twice", stderr);
        REALM_FAILPOINT("copy.after-page").IgnoreError();
        fputs("not reached", stderr);
      },
      testing::KilledBySignal(SIGKILL), "^twice[^\n]*\"message\":\"failpoint\"[^\n]*\n$");
}

TEST_F(FailpointTest, OtherPlacesArePassed) {
  ASSERT_TRUE(
      ArmFailpoints("copy.after-page=kill,purge.after-range=kill@2,copy.after-seal=error@2").ok());
  EXPECT_TRUE(REALM_FAILPOINT("copy.after-seal").ok());
  EXPECT_TRUE(REALM_FAILPOINT("purge.after-range").ok());
}

TEST_F(FailpointTest, WhatIsDoneThereFailsOnce) {
  ASSERT_TRUE(ArmFailpoints("copy.after-page=error@2").ok());
  EXPECT_TRUE(REALM_FAILPOINT("copy.after-page").ok());
  const absl::Status failed = REALM_FAILPOINT("copy.after-page");
  EXPECT_TRUE(absl::IsUnavailable(failed));
  EXPECT_EQ(failed.message(), "the failpoint copy.after-page says so");
  EXPECT_TRUE(REALM_FAILPOINT("copy.after-page").ok());
}

TEST_F(FailpointTest, MistakesAreNamed) {
  EXPECT_THAT(std::string(ArmFailpoints("copy.afterpage=kill").message()),
              HasSubstr("'copy.afterpage' is not a failpoint; there are copy.after-raise"));
  EXPECT_THAT(std::string(ArmFailpoints("copy.after-page=die").message()),
              HasSubstr("'die' is not an action; use kill@N, stop@N or error@N"));
  EXPECT_THAT(std::string(ArmFailpoints("coordinator.after-answer=error").message()),
              HasSubstr("nothing can fail at coordinator.after-answer"));
  EXPECT_THAT(std::string(ArmFailpoints("copy.after-page").message()),
              HasSubstr("'' is not an action"));
  EXPECT_THAT(std::string(ArmFailpoints("copy.after-page=kill@0").message()),
              HasSubstr("'0' is not a count from 1"));
}

}  // namespace
}  // namespace realm
