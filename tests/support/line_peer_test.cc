#include "tests/support/line_peer.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"

#include "common/check.h"

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

// An alarm each few milliseconds, as libFuzzer sets it: its handler is not SA_RESTART. Each is
// written to a pipe that other programs inherit, as a line of what is under way.
int alarms_to = -1;
char under_way[] = "?\n";

class Alarms {
 public:
  Alarms() {
    int ends[2];
    REALM_CHECK(pipe(ends) == 0);
    read_end_ = ends[0];
    alarms_to = ends[1];
    struct sigaction action = {};
    action.sa_handler = [](int) { (void)!write(alarms_to, under_way, 2); };
    REALM_CHECK(sigaction(SIGALRM, &action, &former_) == 0);
    SetPeriod({0, 5'000});
  }
  ~Alarms() {
    SetPeriod({});
    sigaction(SIGALRM, &former_, nullptr);
    close(read_end_);
    close(alarms_to);
  }
  Alarms(const Alarms&) = delete;
  Alarms& operator=(const Alarms&) = delete;

  // For the shell: waits until three have come during `what`.
  std::string AwaitThree(char what) const {
    return absl::StrCat("n=0; while [ $n -lt 3 ]; do read a </dev/fd/", read_end_,
                        "; [ $a = ", std::string(1, what), " ] && n=$((n+1)); done; ");
  }

 private:
  static void SetPeriod(timeval period) {
    const itimerval timer = {period, period};
    REALM_CHECK(setitimer(ITIMER_REAL, &timer, nullptr) == 0);
  }

  int read_end_ = -1;
  struct sigaction former_ = {};
};

TEST(LinePeerTest, AnAlarmDuringTheWaitIsNotTheEndOfThePeer) {
  const Alarms alarms;
  under_way[0] = 's';
  LinePeer peer(absl::StrCat(alarms.AwaitThree('s'), "head -c 200000 >/dev/null; ",
                             alarms.AwaitThree('r'), "echo all"));
  // More than a pipe holds, so that sending waits as well as reading.
  EXPECT_TRUE(peer.Send(std::string(200'000, 'y')).ok());
  under_way[0] = 'r';
  EXPECT_EQ(peer.ReadLine().value_or("nothing"), "all");
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
