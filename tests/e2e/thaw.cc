#include "tests/e2e/thaw.h"

#include <signal.h>

#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace realm::e2e {
namespace {

constexpr absl::Duration kLookPeriod = absl::Milliseconds(20);

// By the kernel's word: asking waitpid would take the change of state from the program's owner.
bool IsFrozen(pid_t program) {
  std::ifstream status(absl::StrCat("/proc/", program, "/status"));
  std::stringstream text;
  text << status.rdbuf();
  return absl::StrContains(text.str(), "State:\tT");
}

}  // namespace

Thaw::Thaw(absl::Duration sleep, const Clock& clock)
    : sleep_(sleep), clock_(clock), thread_([this] { Run(); }) {}

Thaw::~Thaw() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  thread_.join();
}

void Thaw::Watch(std::vector<pid_t> programs) {
  absl::MutexLock lock(&mutex_);
  programs_ = std::move(programs);
}

void Thaw::Run() {
  absl::MutexLock lock(&mutex_);
  while (!mutex_.AwaitWithTimeout(absl::Condition(&ending_), kLookPeriod))
    WakeWhoSleptEnough();
}

void Thaw::WakeWhoSleptEnough() {
  const absl::Duration now = clock_.Monotonic();
  for (const pid_t program : programs_) {
    if (!IsFrozen(program)) {
      frozen_since_.erase(program);
    } else if (now - frozen_since_.try_emplace(program, now).first->second >= sleep_) {
      kill(program, SIGCONT);
    }
  }
}

}  // namespace realm::e2e
