// Abseil keeps what it knows of each thread in pages of its own, which are mapped by the first
// thread that waits. ThreadSanitizer takes the mapping for a write, and reports it as racing with
// whoever wakes that thread. Mapped here, before there are other threads, it comes before all they
// do.

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace realm {
namespace {

bool WaitOnce() {
  absl::Mutex mutex;
  absl::MutexLock lock(&mutex);
  bool never = false;
  return mutex.AwaitWithTimeout(absl::Condition(&never), absl::Nanoseconds(1));
}

const bool waited = WaitOnce();

}  // namespace
}  // namespace realm
