#include "coordinator/ctl/child.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "common/files.h"
#include "tests/support/eventually.h"
#include "tests/support/temp_folder.h"

namespace realm::ctl {
namespace {

using ::testing::HasSubstr;

Launch Shell(const std::string& script) {
  Launch launch;
  launch.path = "/bin/sh";
  launch.arguments = {"-c", script};
  return launch;
}

constexpr absl::Duration kPatience = absl::Seconds(30);

TEST(ChildTest, ItsExitStatusIsTold) {
  const auto child = Child::Start(Shell("exit 3"));
  ASSERT_TRUE(child.ok()) << child.status();
  const auto ending = (*child)->Wait(kPatience);
  ASSERT_TRUE(ending.has_value());
  EXPECT_EQ(ending->status, 3);
  EXPECT_EQ(ending->Text(), "exit status 3");
  EXPECT_FALSE(ending->ok());
}

TEST(ChildTest, WhatItWritesIsAddedToItsLog) {
  const TempFolder folder;
  Launch launch = Shell("echo out; echo err >&2; echo $REALM_TEST_VARIABLE");
  launch.log_path = folder.path("log");
  launch.environment["REALM_TEST_VARIABLE"] = "value";
  ASSERT_TRUE(RunToEnd(launch, kPatience).ok());
  ASSERT_TRUE(RunToEnd(launch, kPatience).ok());
  EXPECT_EQ(*ReadSmallFile(launch.log_path), "out\nerr\nvalue\nout\nerr\nvalue\n");
}

TEST(ChildTest, KilledIsTold) {
  const auto child = Child::Start(Shell("sleep 1000"));
  ASSERT_TRUE(child.ok());
  EXPECT_FALSE((*child)->Poll().has_value());
  EXPECT_EQ((*child)->Kill().signal, SIGKILL);
  EXPECT_EQ((*child)->Kill().Text(), "signal 9");
}

TEST(ChildTest, AFrozenOneIsToldFromARunningOne) {
  const auto child = Child::Start(Shell("kill -STOP $$; exit 7"));
  ASSERT_TRUE(child.ok());
  ASSERT_TRUE(Eventually([&] { return (*child)->IsStopped(); }));
  EXPECT_FALSE((*child)->Poll().has_value());
  (*child)->Signal(SIGCONT);
  EXPECT_EQ((*child)->Wait(kPatience)->status, 7);
  EXPECT_FALSE((*child)->IsStopped());
}

TEST(ChildTest, OneThatDoesNotHearSigtermIsKilled) {
  const TempFolder folder;
  Launch launch = Shell("trap '' TERM; echo ready; while :; do sleep 0.1; done");
  launch.log_path = folder.path("log");
  const auto child = Child::Start(launch);
  ASSERT_TRUE(child.ok());
  ASSERT_TRUE(Eventually([&] { return *ReadSmallFile(launch.log_path) == "ready\n"; }));
  EXPECT_EQ((*child)->Terminate(absl::Milliseconds(50)).signal, SIGKILL);
}

TEST(ChildTest, ItDiesWithItsOwner) {
  pid_t pid = 0;
  {
    const auto child = Child::Start(Shell("sleep 1000"));
    ASSERT_TRUE(child.ok());
    pid = (*child)->pid();
    EXPECT_EQ(kill(pid, 0), 0);
  }
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST(ChildTest, AProgramThatIsNotThereIsSaidSo) {
  Launch launch;
  launch.path = "/no/such/program";
  const absl::Status status = Child::Start(launch).status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("/no/such/program"));
}

TEST(ChildTest, RunToEndQuotesWhatTheProgramSaid) {
  const TempFolder folder;
  Launch launch = Shell("echo because >&2; exit 1");
  launch.log_path = folder.path("log");
  EXPECT_THAT(std::string(RunToEnd(launch, kPatience).message()),
              HasSubstr("exit status 1\nbecause"));
  EXPECT_TRUE(absl::IsDeadlineExceeded(RunToEnd(Shell("exec sleep 1000"), absl::Milliseconds(20))));
}

}  // namespace
}  // namespace realm::ctl
