// The machine of one program, as far as the storm breaks it: its clock and its disk.

#ifndef REALMSHIFT_TESTS_CHAOS_MACHINE_H_
#define REALMSHIFT_TESTS_CHAOS_MACHINE_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

#include "tests/chaos/machine_faults.h"

namespace realm::chaos {

// Thread safety: any thread.
class Machine {
 public:
  // A machine that is whole. Aborts when the file at `path` cannot be made.
  explicit Machine(const std::string& path);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // What a program needs in its environment to run on it: the variable's value.
  const std::string& path() const { return path_; }
  // The library that is to be loaded before the program's own.
  static std::string LibraryPath();

  // Sets the wall clock: so far from the right time.
  void SetClock(absl::Duration offset) {
    faults_->clock_offset_ns = absl::ToInt64Nanoseconds(offset);
  }
  // After so many more bytes there is no room.
  void FillDisk(int64_t room);
  void EmptyDisk() { faults_->disk_is_full = 0; }
  // Each `k`-th sync fails from now on; 0: none.
  void FailSyncs(int64_t k) { faults_->failing_sync = k; }

  int64_t writes_refused() const { return faults_->writes_refused; }
  int64_t syncs_failed() const { return faults_->syncs_failed; }

 private:
  const std::string path_;
  MachineFaults* faults_;
};

}  // namespace realm::chaos

#endif  // REALMSHIFT_TESTS_CHAOS_MACHINE_H_
