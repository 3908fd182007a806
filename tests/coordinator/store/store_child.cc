#include "tests/coordinator/store/store_child.h"

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "tests/coordinator/store/store_folder.h"
#include "tests/support/coordinator/numbered_batches.h"

extern char** environ;

namespace realm::coordinator {
namespace {

constexpr char kFolderVariable[] = "REALM_STORE_CHILD_FOLDER";
constexpr char kLastVariable[] = "REALM_STORE_CHILD_LAST";
// Where the child says what is acknowledged.
constexpr int kPipe = 17;

void Say(int number) {
  REALM_CHECK(write(kPipe, &number, sizeof(number)) == sizeof(number));
}

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Not a test: what the started process runs.
TEST(StoreChild, DISABLED_Run) {
  const char* folder = getenv(kFolderVariable);
  int last = 0;
  if (folder == nullptr || !absl::SimpleAtoi(getenv(kLastVariable), &last)) return;
  Say(0);
  const auto store = MustOpenStore(folder);
  const auto found = StateOf(*store);
  REALM_CHECK_OK(found.status());
  Say(*found);
  for (int number = *found + 1; number <= last; ++number) {
    REALM_CHECK_OK(store->Apply(NumberedBatch(number)));
    Say(number);
  }
  _exit(0);
}

}  // namespace

StoreChild::StoreChild(const std::string& folder, int last,
                       const std::vector<std::string>& wrapper) {
  int ends[2];
  REALM_CHECK(pipe2(ends, O_CLOEXEC) == 0);
  pipe_ = ends[0];
  std::vector<std::string> arguments = wrapper;
  arguments.insert(arguments.end(), {"/proc/self/exe", "--gtest_filter=StoreChild.DISABLED_Run",
                                     "--gtest_also_run_disabled_tests"});
  // Resolved here: for a wrapper, /proc/self is itself.
  char program[4096] = {};
  REALM_CHECK(readlink("/proc/self/exe", program, sizeof(program) - 1) > 0);
  arguments[wrapper.size()] = program;
  setenv(kFolderVariable, folder.c_str(), 1);
  setenv(kLastVariable, absl::StrCat(last).c_str(), 1);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], kPipe);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const int error = posix_spawnp(&child_, arguments[0].c_str(), &actions, nullptr,
                                 Pointers(arguments).data(), environ);
  REALM_CHECK(error == 0, "cannot start ", arguments[0], ": errno ", error);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
}

StoreChild::~StoreChild() {
  if (child_ != 0) {
    Kill();
    Wait();
  }
  close(pipe_);
}

std::optional<int> StoreChild::Next() {
  int number = 0;
  const ssize_t bytes = read(pipe_, &number, sizeof(number));
  if (bytes != sizeof(number)) return std::nullopt;
  return number;
}

void StoreChild::Kill() {
  kill(child_, SIGKILL);
}

int StoreChild::Wait() {
  int status = 0;
  REALM_CHECK(waitpid(child_, &status, 0) == child_);
  child_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace realm::coordinator
