#include "tests/support/line_peer.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/time.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace realm {
namespace {

TEST(LinePeerTest, AnswersComeLineByLine) {
  LinePeer peer("exec tr a-z A-Z");
  ASSERT_TRUE(peer.Send(absl::StrCat("first\nsecond\n", std::string(5000, 'x'), "\n")).ok());
  ASSERT_TRUE(peer.Send(std::string(5000, '\n')).ok());
  EXPECT_EQ(peer.ReadLine().value(), "FIRST");
  EXPECT_EQ(peer.ReadLine().value(), "SECOND");
  EXPECT_EQ(peer.ReadLine().value(), std::string(5000, 'X'));
}

int alarms = 0;

// As libFuzzer sets it: its handler is not SA_RESTART.
void StartAlarms(int milliseconds) {
  struct sigaction action = {};
  action.sa_handler = [](int) { ++alarms; };
  ASSERT_EQ(sigaction(SIGALRM, milliseconds > 0 ? &action : nullptr, nullptr), 0);
  const timeval period = {0, milliseconds * 1000};
  const itimerval timer = {period, period};
  ASSERT_EQ(setitimer(ITIMER_REAL, &timer, nullptr), 0);
}

TEST(LinePeerTest, AnAlarmDuringTheWaitIsNotTheEndOfThePeer) {
  // More than a pipe holds, so that sending waits as well as reading.
  const std::string lines(200'000, 'y');
  LinePeer peer("sleep 0.1; head -c 200000 >/dev/null; sleep 0.1; echo all");
  StartAlarms(5);
  EXPECT_TRUE(peer.Send(lines).ok());
  const int alarms_of_sending = alarms;
  EXPECT_EQ(peer.ReadLine().value_or("nothing"), "all");
  StartAlarms(0);
  EXPECT_GT(alarms_of_sending, 0);
  EXPECT_GT(alarms, alarms_of_sending);
}

TEST(LinePeerTest, TheEndOfThePeerIsToldWithItsCause) {
  LinePeer exits("read line; exit 3");
  ASSERT_TRUE(exits.Send("line\n").ok());
  EXPECT_EQ(exits.ReadLine().status().message(), "the peer was to answer and ended: exit status 3");
  LinePeer is_killed("read line; kill -9 $$");
  ASSERT_TRUE(is_killed.Send("line\n").ok());
  EXPECT_EQ(is_killed.ReadLine().status().message(), "the peer was to answer and ended: signal 9");
}

}  // namespace
}  // namespace realm
