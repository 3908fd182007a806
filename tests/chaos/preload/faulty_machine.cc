// Loaded before a program's own libraries (LD_PRELOAD): stands between it and the C library where
// it writes, syncs, asks for the time and waits until a time. See ../machine_faults.h.
//
// What the program says on stdout and stderr is let through whatever happens: it is how one finds
// out what happened.

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "tests/chaos/machine_faults.h"

using realm::chaos::kMachineFaultsVariable;
using realm::chaos::MachineFaults;

namespace {

constexpr int64_t kNanosecondsInSecond = 1'000'000'000;
// How soon a wait notices that the clock was set meanwhile.
constexpr int64_t kSlice = 50'000'000;

// The C library's own. No static locals: their guards may wait, and waiting comes by here.
void* Next(std::atomic<void*>& known, const char* name) {
  void* next = known.load(std::memory_order_relaxed);
  if (next == nullptr) {
    next = dlsym(RTLD_NEXT, name);
    known.store(next, std::memory_order_relaxed);
  }
  return next;
}

#define REALM_NEXT(name) reinterpret_cast<decltype(&::name)>(Next(next_##name, #name))
std::atomic<void*> next_write;
std::atomic<void*> next_pwrite;
std::atomic<void*> next_writev;
std::atomic<void*> next_fsync;
std::atomic<void*> next_fdatasync;
std::atomic<void*> next_fallocate;
std::atomic<void*> next_clock_gettime;
std::atomic<void*> next_syscall;

std::atomic<MachineFaults*> faults{nullptr};

__attribute__((constructor)) void MapFaults() {
  const char* path = getenv(kMachineFaultsVariable);
  if (path == nullptr) return;
  const int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void* memory = mmap(nullptr, sizeof(MachineFaults), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (memory != MAP_FAILED) faults = static_cast<MachineFaults*>(memory);
}

bool IsOnDisk(int file) {
  struct stat status;
  return file > STDERR_FILENO && fstat(file, &status) == 0 && S_ISREG(status.st_mode);
}

// How many of `count` bytes fit into what is left of the disk.
size_t TakeRoom(int file, size_t count) {
  MachineFaults* const machine = faults;
  if (machine == nullptr || machine->disk_is_full == 0 || !IsOnDisk(file)) return count;
  const int64_t before = machine->disk_room.fetch_sub(static_cast<int64_t>(count));
  const int64_t room = std::clamp<int64_t>(before, 0, static_cast<int64_t>(count));
  if (static_cast<size_t>(room) < count) ++machine->writes_refused;
  return static_cast<size_t>(room);
}

ssize_t Refuse(int error) {
  errno = error;
  return -1;
}

int64_t ClockOffset() {
  MachineFaults* const machine = faults;
  return machine == nullptr ? 0 : machine->clock_offset_ns.load();
}

int64_t ToNanoseconds(const timespec& time) {
  return time.tv_sec * kNanosecondsInSecond + time.tv_nsec;
}

timespec ToTimespec(int64_t nanoseconds) {
  return {nanoseconds / kNanosecondsInSecond, nanoseconds % kNanosecondsInSecond};
}

bool SyncFails(int file) {
  MachineFaults* const machine = faults;
  if (machine == nullptr || !IsOnDisk(file)) return false;
  const timespec delay = ToTimespec(machine->sync_delay_ns);
  if (machine->sync_delay_ns > 0) nanosleep(&delay, nullptr);
  const int64_t number = ++machine->syncs;
  const int64_t each = machine->failing_sync;
  if (each == 0 || number % each != 0) return false;
  ++machine->syncs_failed;
  return true;
}

int64_t KernelTime() {
  timespec now = {};
  REALM_NEXT(clock_gettime)(CLOCK_REALTIME, &now);
  return ToNanoseconds(now);
}

// A wait until `until` of the program's clock, in slices: the kernel does not know that clock, and
// it may be set during the wait.
template <typename Wait>
auto WaitUntil(const timespec& until, Wait wait) {
  for (;;) {
    const int64_t end = ToNanoseconds(until) - ClockOffset();
    const int64_t now = KernelTime();
    const timespec slice = ToTimespec(std::max<int64_t>(0, std::min(end, now + kSlice)));
    const auto outcome = wait(slice);
    const bool timed_out = outcome == ETIMEDOUT || (outcome == -1 && errno == ETIMEDOUT);
    if (!timed_out || KernelTime() >= ToNanoseconds(until) - ClockOffset()) return outcome;
  }
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* bytes, size_t count) {
  const size_t room = TakeRoom(file, count);
  if (room == 0 && count > 0) return Refuse(ENOSPC);
  return REALM_NEXT(write)(file, bytes, room);
}

ssize_t pwrite(int file, const void* bytes, size_t count, off_t offset) {
  const size_t room = TakeRoom(file, count);
  if (room == 0 && count > 0) return Refuse(ENOSPC);
  return REALM_NEXT(pwrite)(file, bytes, room, offset);
}

ssize_t pwrite64(int file, const void* bytes, size_t count, off64_t offset) {
  return pwrite(file, bytes, count, offset);
}

// Whole or not at all.
ssize_t writev(int file, const iovec* parts, int count) {
  size_t bytes = 0;
  for (int i = 0; i < count; ++i)
    bytes += parts[i].iov_len;
  if (TakeRoom(file, bytes) < bytes) return Refuse(ENOSPC);
  return REALM_NEXT(writev)(file, parts, count);
}

int fallocate(int file, int mode, off_t offset, off_t length) {
  if (faults.load() != nullptr && faults.load()->disk_is_full != 0 && IsOnDisk(file)) {
    return static_cast<int>(Refuse(ENOSPC));
  }
  return REALM_NEXT(fallocate)(file, mode, offset, length);
}

int fsync(int file) {
  return SyncFails(file) ? static_cast<int>(Refuse(EIO)) : REALM_NEXT(fsync)(file);
}

int fdatasync(int file) {
  return SyncFails(file) ? static_cast<int>(Refuse(EIO)) : REALM_NEXT(fdatasync)(file);
}

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const int outcome = REALM_NEXT(clock_gettime)(clock, time);
  const bool is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (outcome == 0 && is_wall) *time = ToTimespec(ToNanoseconds(*time) + ClockOffset());
  return outcome;
}

int gettimeofday(timeval* __restrict time, void* __restrict) noexcept {
  const timespec now = ToTimespec(KernelTime() + ClockOffset());
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* seconds) noexcept {
  const time_t now = ToTimespec(KernelTime() + ClockOffset()).tv_sec;
  if (seconds != nullptr) *seconds = now;
  return now;
}

// Abseil's locks wait by it.
long syscall(long number, ...) noexcept {  // NOLINT(google-runtime-int): as it is declared.
  long a[6];                               // NOLINT(google-runtime-int)
  va_list arguments;
  va_start(arguments, number);
  for (auto& argument : a)
    argument = va_arg(arguments, long);  // NOLINT(google-runtime-int)
  va_end(arguments);
  const auto call = [&](long time) {  // NOLINT(google-runtime-int)
    return REALM_NEXT(syscall)(number, a[0], a[1], a[2], time, a[4], a[5]);
  };
  const auto* until = reinterpret_cast<const timespec*>(a[3]);
  const bool waits = number == SYS_futex && (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET &&
                     (a[1] & FUTEX_CLOCK_REALTIME) != 0 && until != nullptr;
  if (!waits || faults.load() == nullptr) return call(a[3]);
  return WaitUntil(*until, [&](const timespec& slice) {
    return call(reinterpret_cast<long>(&slice));  // NOLINT(google-runtime-int)
  });
}

}  // extern "C"
