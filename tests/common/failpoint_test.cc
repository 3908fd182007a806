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
  REALM_FAILPOINT("copy.after-page");
}

TEST_F(FailpointTest, ProgramIsKilledTheNthTimeItGetsThere) {
  EXPECT_EXIT(
      {
        ArmFailpoints("copy.after-page=kill@3").IgnoreError();
        for (int i = 0; i < 2; ++i)
          REALM_FAILPOINT("copy.after-page");
        REALM_FAILPOINT("copy.after-seal");
        fputs("twice", stderr);
        REALM_FAILPOINT("copy.after-page");
        fputs("not reached", stderr);
      },
      testing::KilledBySignal(SIGKILL), "^twice$");
}

TEST_F(FailpointTest, OtherPlacesArePassed) {
  ASSERT_TRUE(ArmFailpoints("copy.after-page=kill,purge.after-range=kill@2").ok());
  REALM_FAILPOINT("copy.after-seal");
  REALM_FAILPOINT("purge.after-range");
}

TEST_F(FailpointTest, MistakesAreNamed) {
  EXPECT_THAT(std::string(ArmFailpoints("copy.afterpage=kill").message()),
              HasSubstr("'copy.afterpage' is not a failpoint; there are copy.after-raise"));
  EXPECT_THAT(std::string(ArmFailpoints("copy.after-page=die").message()),
              HasSubstr("'die' is not an action"));
  EXPECT_THAT(std::string(ArmFailpoints("copy.after-page").message()),
              HasSubstr("'' is not an action"));
  EXPECT_THAT(std::string(ArmFailpoints("copy.after-page=kill@0").message()),
              HasSubstr("'0' is not a count from 1"));
}

}  // namespace
}  // namespace realm
