// What a program's machine does to it, in memory that the storm and the program share: the storm
// writes it, and the library that is loaded before the program's own (preload/) reads it at each
// call of the system. So that a disk can be full, a sync can fail and a clock can be set without
// root, for one program alone, and while it runs.

#ifndef REALMSHIFT_TESTS_CHAOS_MACHINE_FAULTS_H_
#define REALMSHIFT_TESTS_CHAOS_MACHINE_FAULTS_H_

#include <atomic>
#include <cstdint>

namespace realm::chaos {

// The variable that names the file which is that memory.
inline constexpr char kMachineFaultsVariable[] = "REALM_MACHINE_FAULTS";

// Numbers that a file of zeros stands for: a machine that is whole.
//
// Thread safety: any thread of any program.
struct MachineFaults {
  // Added to the wall clock. Waits that end at a time of the wall clock follow it, as they do when
  // an operator sets the clock.
  std::atomic<int64_t> clock_offset_ns;
  // While full, this many more bytes fit; what does not fit is ENOSPC. A write that fits in part
  // is short, so that the last record is torn.
  std::atomic<int64_t> disk_is_full;
  std::atomic<int64_t> disk_room;
  // Each sync takes so much longer.
  std::atomic<int64_t> sync_delay_ns;
  // Each k-th sync is EIO; none if 0.
  std::atomic<int64_t> failing_sync;
  // Counted by the library.
  std::atomic<int64_t> syncs;
  std::atomic<int64_t> syncs_failed;
  std::atomic<int64_t> writes_refused;
};
static_assert(std::atomic<int64_t>::is_always_lock_free, "it is shared between programs");

}  // namespace realm::chaos

#endif  // REALMSHIFT_TESTS_CHAOS_MACHINE_FAULTS_H_
