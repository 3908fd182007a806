// Wakes programs that froze themselves at a failpoint, some time after.

#ifndef REALMSHIFT_TESTS_E2E_THAW_H_
#define REALMSHIFT_TESTS_E2E_THAW_H_

#include <sys/types.h>

#include <map>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "common/clock.h"

namespace realm::e2e {

// It has a thread, because whoever waits for an answer of a frozen program cannot wake it.
//
// Thread safety: any thread.
class Thaw {
 public:
  // Each sleeps for so long. `clock` outlives this.
  Thaw(absl::Duration sleep, const Clock& clock);
  ~Thaw();
  Thaw(const Thaw&) = delete;
  Thaw& operator=(const Thaw&) = delete;

  // These processes, and no others, from now on.
  void Watch(std::vector<pid_t> programs);

 private:
  void Run();
  void WakeWhoSleptEnough() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const absl::Duration sleep_;
  const Clock& clock_;
  absl::Mutex mutex_;
  std::vector<pid_t> programs_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  // Of the thread: since when they were seen frozen, by the monotonic clock.
  std::map<pid_t, absl::Duration> frozen_since_;
  std::thread thread_;
};

}  // namespace realm::e2e

#endif  // REALMSHIFT_TESTS_E2E_THAW_H_
