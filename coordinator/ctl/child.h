// A program that this one starts, watches and ends.

#ifndef REALMSHIFT_COORDINATOR_CTL_CHILD_H_
#define REALMSHIFT_COORDINATOR_CTL_CHILD_H_

#include <signal.h>
#include <sys/types.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace realm::ctl {

struct Launch {
  // The executable, with its folder.
  std::string path;
  std::vector<std::string> arguments;
  // Besides this program's own environment.
  std::map<std::string, std::string> environment;
  // Receives what it writes to stdout and stderr, after what is there already. Empty: our own
  // stdout and stderr.
  std::string log_path;
  // The user it runs as, in the root folder, when this program is root; empty: the same.
  std::string user;
  // What it gets when this program dies. Another than SIGKILL is for those that have children of
  // their own to end.
  int signal_at_our_end = SIGKILL;
};

// How a child ended.
struct Ending {
  // Its exit status; nothing when a signal ended it.
  std::optional<int> status;
  int signal = 0;

  bool ok() const { return status == 0; }
  // "exit status 2", "signal 9".
  std::string Text() const;
};

// It dies with this program (with the thread that started it, which is to be the main one), and is
// in a process group of its own, so that Ctrl-C at the terminal reaches us alone.
//
// Thread safety: one thread at a time.
class Child {
 public:
  // NotFound: there is no such executable, or user. Any other error of the system.
  static absl::StatusOr<std::unique_ptr<Child>> Start(const Launch& launch);

  // Kills it, unless it has ended.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }

  // How it ended; nothing while it is there.
  std::optional<Ending> Poll();
  // Whether SIGSTOP holds it, from us or from itself.
  bool IsStopped();

  // Sends a signal, unless it has ended.
  void Signal(int signal);

  // Waits for its end at most for `patience`; nothing if it is still there.
  std::optional<Ending> Wait(absl::Duration patience);

  // SIGTERM, and SIGKILL when it is still there after `patience`.
  Ending Terminate(absl::Duration patience);
  // SIGKILL.
  Ending Kill();

 private:
  explicit Child(pid_t pid) : pid_(pid) {}

  const pid_t pid_;
  bool stopped_ = false;
  std::optional<Ending> ending_;
};

// Starts a program and waits for its end. FailedPrecondition: it ended otherwise than with status
// 0; the message has the last lines of its log. DeadlineExceeded: `patience` ran out, and it was
// killed. The errors of Child::Start.
absl::Status RunToEnd(const Launch& launch, absl::Duration patience);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_CHILD_H_
