#include "coordinator/ctl/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "common/check.h"
#include "common/clock.h"
#include "common/files.h"
#include "common/status_macros.h"

extern char** environ;

namespace realm::ctl {
namespace {

constexpr absl::Duration kReapPeriod = absl::Milliseconds(2);
// As a shell says it.
constexpr int kCannotExecute = 126;
constexpr size_t kLogTailBytes = 1024;

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
};

absl::StatusOr<std::optional<User>> FindUser(const std::string& name) {
  if (name.empty() || geteuid() != 0) return std::optional<User>();
  const passwd* entry = getpwnam(name.c_str());
  if (entry == nullptr) return absl::NotFoundError(absl::StrCat("there is no user ", name));
  return std::optional<User>(User{entry->pw_uid, entry->pw_gid});
}

// Pointers as execve wants them, into `strings`.
std::vector<char*> PointersTo(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings)
    pointers.push_back(&text[0]);
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> EnvironmentWith(const std::map<std::string, std::string>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (added.count(text.substr(0, text.find('='))) == 0) all.push_back(text);
  }
  for (const auto& [name, value] : added)
    all.push_back(absl::StrCat(name, "=", value));
  return all;
}

// Everything that the new process needs, made before it exists: between fork and execve nothing may
// be allocated.
struct Prepared {
  std::vector<std::string> argument_texts;
  std::vector<std::string> environment_texts;
  std::vector<char*> arguments;
  std::vector<char*> environment;
  std::optional<User> user;
  int log = -1;
  pid_t parent = 0;
  int signal_at_our_end = SIGKILL;
};

[[noreturn]] void BecomeProgram(const Prepared& prepared) {
  setpgid(0, 0);
  if (prepared.user.has_value() && (setgroups(0, nullptr) != 0 || setgid(prepared.user->gid) != 0 ||
                                    setuid(prepared.user->uid) != 0)) {
    _exit(kCannotExecute);
  }
  // Our folder may be closed to that user, and some programs insist on returning to theirs.
  if (prepared.user.has_value() && chdir("/") != 0) _exit(kCannotExecute);
  // After setuid, which forgets it.
  prctl(PR_SET_PDEATHSIG, prepared.signal_at_our_end);
  if (getppid() != prepared.parent) _exit(kCannotExecute);
  if (prepared.log >= 0) {
    dup2(prepared.log, STDOUT_FILENO);
    dup2(prepared.log, STDERR_FILENO);
  }
  const int null = open("/dev/null", O_RDONLY);
  if (null >= 0) dup2(null, STDIN_FILENO);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  execve(prepared.arguments[0], prepared.arguments.data(), prepared.environment.data());
  _exit(kCannotExecute);
}

absl::StatusOr<int> OpenLog(const std::string& path) {
  if (path.empty()) return -1;
  const int log = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log >= 0) return log;
  return absl::UnavailableError(absl::StrCat(path, ": ", strerror(errno)));
}

std::string TailOf(const std::string& log_path) {
  const std::string text = log_path.empty() ? "" : ReadSmallFile(log_path).value_or("");
  return text.size() <= kLogTailBytes ? text : text.substr(text.size() - kLogTailBytes);
}

}  // namespace

std::string Ending::Text() const {
  return status.has_value() ? absl::StrCat("exit status ", *status)
                            : absl::StrCat("signal ", signal);
}

absl::StatusOr<std::unique_ptr<Child>> Child::Start(const Launch& launch) {
  if (access(launch.path.c_str(), X_OK) != 0) {
    return absl::NotFoundError(absl::StrCat(launch.path, ": ", strerror(errno)));
  }
  Prepared prepared;
  prepared.argument_texts = {launch.path};
  prepared.argument_texts.insert(prepared.argument_texts.end(), launch.arguments.begin(),
                                 launch.arguments.end());
  prepared.environment_texts = EnvironmentWith(launch.environment);
  prepared.arguments = PointersTo(prepared.argument_texts);
  prepared.environment = PointersTo(prepared.environment_texts);
  ASSIGN_OR_RETURN(prepared.user, FindUser(launch.user));
  ASSIGN_OR_RETURN(prepared.log, OpenLog(launch.log_path));
  prepared.parent = getpid();
  prepared.signal_at_our_end = launch.signal_at_our_end;
  const pid_t pid = fork();
  if (pid == 0) BecomeProgram(prepared);
  const int error = errno;
  if (prepared.log >= 0) close(prepared.log);
  if (pid < 0) return absl::ResourceExhaustedError(absl::StrCat("fork: ", strerror(error)));
  return std::unique_ptr<Child>(new Child(pid));
}

Child::~Child() {
  Kill();
}

std::optional<Ending> Child::Poll() {
  int status = 0;
  while (!ending_.has_value() && waitpid(pid_, &status, WNOHANG | WUNTRACED | WCONTINUED) == pid_) {
    if (WIFSTOPPED(status)) stopped_ = true;
    if (WIFCONTINUED(status)) stopped_ = false;
    if (WIFEXITED(status)) ending_ = Ending{WEXITSTATUS(status), 0};
    if (WIFSIGNALED(status)) ending_ = Ending{std::nullopt, WTERMSIG(status)};
  }
  return ending_;
}

bool Child::IsStopped() {
  return !Poll().has_value() && stopped_;
}

void Child::Signal(int signal) {
  if (!Poll().has_value()) kill(pid_, signal);
}

std::optional<Ending> Child::Wait(absl::Duration patience) {
  const SystemClock clock;
  const absl::Duration deadline = clock.Monotonic() + patience;
  while (!Poll().has_value() && clock.Monotonic() < deadline)
    absl::SleepFor(kReapPeriod);
  return ending_;
}

Ending Child::Terminate(absl::Duration patience) {
  Signal(SIGTERM);
  // A stopped one does not see it otherwise.
  Signal(SIGCONT);
  if (!Wait(patience).has_value()) Kill();
  return *ending_;
}

Ending Child::Kill() {
  // What it has started itself dies with it: the child leads a process group of its own.
  if (!Poll().has_value()) kill(-pid_, SIGKILL);
  Signal(SIGKILL);
  REALM_CHECK(Wait(absl::InfiniteDuration()).has_value());
  return *ending_;
}

absl::Status RunToEnd(const Launch& launch, absl::Duration patience) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Child> child, Child::Start(launch));
  const std::optional<Ending> ending = child->Wait(patience);
  if (!ending.has_value()) {
    return absl::DeadlineExceededError(
        absl::StrCat(launch.path, " was not done after ", absl::FormatDuration(patience)));
  }
  if (ending->ok()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(launch.path, ": ", ending->Text(), "\n", TailOf(launch.log_path)));
}

}  // namespace realm::ctl
