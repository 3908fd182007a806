#include "common/program/stop_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "common/check.h"
#include "common/clock.h"

namespace realm {
namespace {

// A byte is written into it when a signal comes, on whichever thread: that wakes who waits.
int note[2] = {-1, -1};
std::atomic<int> signals_come{0};
std::atomic<bool> woken{false};
struct sigaction former_interrupt;
struct sigaction former_terminate;

extern "C" void NoteSignal(int) {
  const int error = errno;
  ++signals_come;
  [[maybe_unused]] const ssize_t written = write(note[1], "", 1);
  errno = error;
}

// Waits for a note and takes it away.
void AwaitNote(absl::Duration patience) {
  pollfd readable = {note[0], POLLIN, 0};
  const absl::Duration limit = std::clamp(patience, absl::ZeroDuration(), absl::Hours(1));
  if (poll(&readable, 1, static_cast<int>(absl::ToInt64Milliseconds(limit)) + 1) <= 0) return;
  char byte = 0;
  [[maybe_unused]] const ssize_t taken = read(note[0], &byte, 1);
}

}  // namespace

StopSignals::StopSignals() {
  REALM_CHECK(note[0] == -1 && pipe2(note, O_CLOEXEC | O_NONBLOCK) == 0);
  signals_come = 0;
  woken = false;
  struct sigaction action = {};
  action.sa_handler = NoteSignal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &former_interrupt);
  sigaction(SIGTERM, &action, &former_terminate);
}

StopSignals::~StopSignals() {
  sigaction(SIGINT, &former_interrupt, nullptr);
  sigaction(SIGTERM, &former_terminate, nullptr);
  close(note[0]);
  close(note[1]);
  note[0] = note[1] = -1;
}

bool StopSignals::Wait(absl::Duration patience, int count) {
  const SystemClock clock;
  const absl::Duration end = clock.Monotonic() + patience;
  while (signals_come < count && !woken) {
    const absl::Duration left = end - clock.Monotonic();
    if (left <= absl::ZeroDuration()) break;
    AwaitNote(left);
  }
  return signals_come >= count;
}

void StopSignals::Wake() {
  woken = true;
  [[maybe_unused]] const ssize_t written = write(note[1], "", 1);
}

}  // namespace realm
