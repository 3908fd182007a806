#include "common/program/daemon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

namespace realm {
namespace {

using ::testing::HasSubstr;
using ::testing::internal::CaptureStderr;
using ::testing::internal::CaptureStdout;
using ::testing::internal::GetCapturedStderr;
using ::testing::internal::GetCapturedStdout;

absl::Status GiveBack(const Arguments& arguments, StopSignals&) {
  if (arguments.Get("ending") == "missing") return absl::NotFoundError("no such file");
  if (arguments.Get("ending") == "refused") return absl::PermissionDeniedError("not you");
  return absl::OkStatus();
}

Daemon Small() {
  Daemon daemon;
  daemon.name = "small";
  daemon.summary = "does little";
  daemon.usage = {"small --ending=HOW"};
  daemon.flags = {{"ending", "HOW", "how it ends"}};
  daemon.run = GiveBack;
  return daemon;
}

int RunSmall(std::vector<const char*> words) {
  words.insert(words.begin(), "small");
  return RunDaemon(Small(), static_cast<int>(words.size()), words.data());
}

TEST(DaemonTest, HelpShowsHowItIsCalledAndEveryFlag) {
  CaptureStdout();
  EXPECT_EQ(RunSmall({"--help"}), 0);
  EXPECT_EQ(GetCapturedStdout(),
            "small does little.\n\n"
            "  $ small --ending=HOW\n\n"
            "      --ending=HOW           how it ends\n"
            "      --version              which build this is\n"
            "  -h, --help                 this\n");
}

TEST(DaemonTest, AWrongCommandLineEndsWithTwoAndSaysWhatIsRight) {
  CaptureStderr();
  EXPECT_EQ(RunSmall({"--endnig=x"}), 2);
  EXPECT_EQ(RunSmall({"surplus"}), 2);
  const std::string said = GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("small: there is no flag --endnig; did you mean --ending?\n"));
  EXPECT_THAT(said, HasSubstr("small: \"surplus\" is one word too many; small --ending=HOW\n"));
}

TEST(DaemonTest, TheEndTellsWhatWasWrong) {
  CaptureStderr();
  EXPECT_EQ(RunSmall({}), 0);
  EXPECT_EQ(RunSmall({"--ending=missing"}), 2);
  EXPECT_EQ(RunSmall({"--ending=refused"}), 5);
  EXPECT_EQ(GetCapturedStderr(), "small: no such file\nsmall: not you\n");
  EXPECT_EQ(EndOf(absl::UnavailableError("")), ExitCode::kUnreachable);
  EXPECT_EQ(EndOf(absl::FailedPreconditionError("")), ExitCode::kUsage);
  EXPECT_EQ(EndOf(absl::DataLossError("")), ExitCode::kFailed);
}

TEST(StopSignalsTest, SignalsAreCountedAndKept) {
  StopSignals signals;
  EXPECT_FALSE(signals.Came());
  raise(SIGTERM);
  EXPECT_TRUE(signals.Came());
  EXPECT_TRUE(signals.Wait()) << "it came earlier";
  EXPECT_FALSE(signals.Wait(absl::Milliseconds(1), 2));
  raise(SIGINT);
  EXPECT_TRUE(signals.Wait(absl::InfiniteDuration(), 2));
}

TEST(StopSignalsTest, WakeEndsTheWaitingOfAnotherThread) {
  StopSignals signals;
  std::thread waker([&signals] { signals.Wake(); });
  EXPECT_FALSE(signals.Wait());
  waker.join();
}

}  // namespace
}  // namespace realm
