#include "tests/support/line_peer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/check.h"

namespace realm {
namespace {

// Until it is not a signal that ended the call.
template <typename Call>
ssize_t Whole(const Call& call) {
  for (;;) {
    const ssize_t outcome = call();
    if (outcome >= 0 || errno != EINTR) return outcome;
  }
}

}  // namespace

LinePeer::LinePeer(const std::string& command) {
  // A peer that has gone is told by write.
  signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> questions;
  std::array<int, 2> answers;
  REALM_CHECK(pipe2(questions.data(), O_CLOEXEC) == 0 && pipe2(answers.data(), O_CLOEXEC) == 0);
  pid_ = fork();
  REALM_CHECK(pid_ >= 0);
  if (pid_ == 0) {
    signal(SIGPIPE, SIG_DFL);
    dup2(questions[0], STDIN_FILENO);
    dup2(answers[1], STDOUT_FILENO);
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  close(questions[0]);
  close(answers[1]);
  questions_ = questions[1];
  answers_ = answers[0];
}

LinePeer::~LinePeer() {
  close(questions_);
  close(answers_);
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  Whole([this] { return waitpid(pid_, nullptr, 0); });
}

absl::Status LinePeer::Send(absl::string_view lines) {
  while (!lines.empty()) {
    const ssize_t sent = Whole([&] { return write(questions_, lines.data(), lines.size()); });
    if (sent < 0) return Ending("asked");
    lines.remove_prefix(static_cast<size_t>(sent));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> LinePeer::ReadLine() {
  size_t end = read_.find('\n');
  while (end == std::string::npos) {
    char bytes[16 * 1024];
    const ssize_t count = Whole([&] { return read(answers_, bytes, sizeof(bytes)); });
    if (count <= 0) return Ending("to answer");
    const size_t before = read_.size();
    read_.append(bytes, static_cast<size_t>(count));
    end = read_.find('\n', before);
  }
  std::string line = read_.substr(0, end);
  read_.erase(0, end + 1);
  return line;
}

absl::Status LinePeer::Ending(absl::string_view while_doing) {
  const int error = errno;
  int ending = 0;
  std::string how = strerror(error);
  if (pid_ >= 0 && Whole([&] { return waitpid(pid_, &ending, 0); }) == pid_) {
    how = WIFSIGNALED(ending) ? absl::StrCat("signal ", WTERMSIG(ending))
                              : absl::StrCat("exit status ", WEXITSTATUS(ending));
    pid_ = -1;
  }
  return absl::UnavailableError(absl::StrCat("the peer was ", while_doing, " and ended: ", how));
}

}  // namespace realm
