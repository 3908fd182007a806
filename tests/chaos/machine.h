// The machine of one program, as far as the storm breaks it: its clock and its disk.

#ifndef REALMSHIFT_TESTS_CHAOS_MACHINE_H_
#define REALMSHIFT_TESTS_CHAOS_MACHINE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/time/time.h"

#include "coordinator/ctl/local_system.h"
#include "tests/chaos/machine_faults.h"

namespace realm::chaos {

// Thread safety: any thread.
class Machine {
 public:
  // A machine that is whole, in memory that is shared by way of the file at `path`. Aborts when
  // that cannot be made.
  explicit Machine(const std::string& path);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // Sets the wall clock: so far from the right time.
  void SetClock(absl::Duration offset) {
    faults_->clock_offset_ns = absl::ToInt64Nanoseconds(offset);
  }
  // Each sync takes so much longer.
  void SlowSyncs(absl::Duration by) { faults_->sync_delay_ns = absl::ToInt64Nanoseconds(by); }
  // After so many more bytes there is no room.
  void FillDisk(int64_t room);
  void EmptyDisk() { faults_->disk_is_full = 0; }
  // Each `k`-th sync fails from now on; 0: none.
  void FailSyncs(int64_t k) { faults_->failing_sync = k; }

  int64_t writes_refused() const { return faults_->writes_refused; }
  int64_t syncs() const { return faults_->syncs; }
  int64_t syncs_failed() const { return faults_->syncs_failed; }

 private:
  MachineFaults* faults_;
};

// Each program on a machine of its own, by name. Before the programs are started: it is their
// environment that changes.
using Machines = std::map<std::string, std::unique_ptr<Machine>>;
Machines MakeMachines(ctl::LocalSystem& programs);

}  // namespace realm::chaos

#endif  // REALMSHIFT_TESTS_CHAOS_MACHINE_H_
