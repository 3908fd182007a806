// Whole moves with the real programs over real HTTP: what the platform is told, and what is in the
// stores afterwards.

#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/running_system.h"
#include "tests/support/eventually.h"

namespace realm::e2e {
namespace {

void ExpectNeighboursUntouched(RunningSystem& running) {
  EXPECT_TRUE(running.Read(kSource, "globex") == running.globex());
  EXPECT_TRUE(running.Read(kTarget, "initech") == running.initech());
}

void ExpectMoved(RunningSystem& running) {
  EXPECT_TRUE(running.Read(kTarget, "acme") == running.acme());
  EXPECT_TRUE(RunningSystem::IsEmpty(running.Read(kSource, "acme")));
  ExpectNeighboursUntouched(running);
}

void ExpectNotMoved(RunningSystem& running) {
  EXPECT_TRUE(running.Read(kSource, "acme") == running.acme());
  EXPECT_TRUE(RunningSystem::IsEmpty(running.Read(kTarget, "acme")));
  ExpectNeighboursUntouched(running);
}

// All the way, whatever dies on the way.
void Move(RunningSystem& running) {
  EXPECT_EQ(running.Send("schedule"), "scheduled");
  EXPECT_EQ(running.Send("start"), "copying");
  ASSERT_TRUE(running.PollUntil("ready-to-commit"));
  EXPECT_EQ(running.Send("commit"), "committing");
  running.ReportTraffic();
  ASSERT_TRUE(running.PollUntil("committed"));
}

TEST(JourneyTest, ATenantMovesAndNothingStaysBehind) {
  RunningSystem running;
  running.Start();
  Move(running);
  ExpectMoved(running);
}

TEST(JourneyTest, ARollbackWhileItIsCopiedLeavesTheTargetEmpty) {
  RunningSystem running;
  running.SetFailpoints(kTarget, "copy.after-first-page=stop");
  running.Start();
  running.Send("schedule");
  EXPECT_EQ(running.Send("start"), "copying");
  EXPECT_EQ(running.Send("rollback"), "rolling-back");
  ASSERT_TRUE(running.PollUntil("rolled-back"));
  ExpectNotMoved(running);
}

TEST(JourneyTest, ARollbackAfterTheCommitIsHonouredWhileNothingProvesTheSwitch) {
  RunningSystem running;
  running.Start();
  running.Send("schedule");
  running.Send("start");
  ASSERT_TRUE(running.PollUntil("ready-to-commit"));
  EXPECT_EQ(running.Send("commit"), "committing");
  EXPECT_EQ(running.Send("rollback"), "rolling-back");
  ASSERT_TRUE(running.PollUntil("rolled-back"));
  ExpectNotMoved(running);
}

TEST(JourneyTest, PollsAreAnsweredWhileTheCoordinatorIsAway) {
  RunningSystem running;
  running.SetFailpoints(kTarget, "copy.after-first-page=stop");
  running.Start();
  running.Send("schedule");
  EXPECT_EQ(running.Send("start"), "copying");
  // The edge's copy is a stream behind.
  ASSERT_TRUE(Eventually([&] { return running.Poll() == "copying"; }));
  running.system().child(ctl::LocalSystem::kCoordinator).Kill();
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(running.Poll(), "copying");
  ASSERT_TRUE(running.PollUntil("ready-to-commit"));
}

// Where a program dies by SIGKILL: at a named place of its own, for the first time.
struct Death {
  const char* program;
  const char* failpoint;
};

class DeathTest : public testing::TestWithParam<Death> {};

TEST_P(DeathTest, NothingIsLost) {
  RunningSystem running;
  running.SetFailpoints(GetParam().program, std::string(GetParam().failpoint) + "=kill");
  running.Start();
  Move(running);
  EXPECT_GE(running.revivals(), 1) << "the place was not reached";
  ExpectMoved(running);
}

INSTANTIATE_TEST_SUITE_P(
    Everywhere, DeathTest,
    testing::Values(Death{"eu-1", "copy.after-raise"}, Death{"eu-1", "copy.after-first-page"},
                    Death{"eu-1", "copy.after-page"}, Death{"eu-1", "copy.after-fill"},
                    Death{"eu-1", "copy.after-range"}, Death{"eu-1", "copy.before-seal"},
                    Death{"eu-1", "copy.after-seal"}, Death{"eu-1", "copy.before-report"},
                    Death{"eu-1", "open.before-report"}, Death{"us-1", "serve.before-seal"},
                    Death{"us-1", "serve.after-seal"}, Death{"us-1", "serve.after-message"},
                    Death{"us-1", "purge.after-raise"}, Death{"us-1", "purge.after-check-range"},
                    Death{"us-1", "purge.before-erase"}, Death{"us-1", "purge.after-range"},
                    Death{"us-1", "purge.before-proof"}, Death{"us-1", "purge.before-report"},
                    Death{"coordinator", "coordinator.before-apply"},
                    Death{"coordinator", "coordinator.after-apply"},
                    Death{"coordinator", "coordinator.after-answer"}),
    [](const testing::TestParamInfo<Death>& death) {
      std::string name = death.param.failpoint;
      for (char& c : name) {
        if (c == '.' || c == '-') c = '_';
      }
      return name;
    });

}  // namespace
}  // namespace realm::e2e
