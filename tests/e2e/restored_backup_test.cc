// The coordinator's store is put back from a backup of before a move that has ended: the directory
// names the realm that the tenant has left.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "coordinator/ctl/local_app.h"
#include "tests/e2e/running_system.h"

namespace realm::e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class RestoredBackupTest : public testing::Test {
 protected:
  RestoredBackupTest() {
    running_.AddTenant(kTenant);
    running_.Start();
    const std::string backup = folder_.path("backup");
    running_.BackUpCoordinator(backup);
    Move();
    running_.RestoreCoordinator(backup);
  }

  void Move() {
    EXPECT_EQ(running_.Send(kTenant, "schedule"), "scheduled");
    EXPECT_EQ(running_.Send(kTenant, "start"), "copying");
    ASSERT_TRUE(running_.PollUntil(kTenant, "ready-to-commit"));
    EXPECT_EQ(running_.Send(kTenant, "commit"), "committing");
    running_.ReportTraffic(kTenant);
    ASSERT_TRUE(running_.PollUntil(kTenant, "committed"));
  }

  std::string InDoubt() { return running_.Realmctl({"directory", "list", "--in-doubt"}); }

  const TempFolder folder_;
  RunningSystem running_;
};

TEST_F(RestoredBackupTest, ATenantIsNotOrderedBackIntoAnEmptyRealmAndMovesOnceTheDirectoryIsRight) {
  EXPECT_THAT(InDoubt(), AllOf(HasSubstr(kTenant), HasSubstr("globex"), HasSubstr("initech")));
  running_.PlanMove(kTenant, "US");
  const auto refused = running_.platform().Send(running_.SiteOf(kTenant, "EU"), "schedule",
                                                running_.OrderOf(kTenant));
  ASSERT_TRUE(refused.ok()) << refused.status();
  EXPECT_NE(refused->status, 200);
  EXPECT_THAT(refused->body, AllOf(HasSubstr("E9999"), HasSubstr("directory set")));

  EXPECT_THAT(running_.Realmctl({"directory", "set", std::string(ctl::kLocalApp), kTenant,
                                 "--realm=EU", "--reason=SUP-1", "--confirm=acme"}),
              HasSubstr("operator: SUP-1"));
  EXPECT_THAT(InDoubt(), AllOf(Not(HasSubstr(kTenant)), HasSubstr("globex")));
  Move();
  EXPECT_EQ(running_.WhyNotBack(kTenant), "");
}

}  // namespace
}  // namespace realm::e2e
