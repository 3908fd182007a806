#include "coordinator/ctl/stop_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "common/check.h"

namespace realm::ctl {
namespace {

// A byte is written into it when a signal comes, on whichever thread; it is never read, so that it
// stays readable.
int note[2] = {-1, -1};
struct sigaction former_interrupt;
struct sigaction former_terminate;

extern "C" void NoteSignal(int) {
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(note[1], "", 1);
  errno = error;
}

}  // namespace

StopSignals::StopSignals() {
  REALM_CHECK(note[0] == -1 && pipe2(note, O_CLOEXEC | O_NONBLOCK) == 0);
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

bool StopSignals::Wait(absl::Duration patience) {
  pollfd readable = {note[0], POLLIN, 0};
  const int64_t limit = std::min<int64_t>(absl::ToInt64Milliseconds(patience), 1 << 30);
  return poll(&readable, 1, static_cast<int>(limit)) > 0;
}

}  // namespace realm::ctl
