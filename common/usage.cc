#include "common/usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

namespace realm {
namespace {

absl::Duration CpuTime() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return absl::ZeroDuration();
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

// The second number of /proc/self/statm, in pages (proc(5)).
int64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t total_pages = 0;
  int64_t resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return resident_pages * sysconf(_SC_PAGESIZE);
}

int64_t OpenFiles() {
  std::error_code error;
  int64_t count = 0;
  std::filesystem::directory_iterator entry("/proc/self/fd", error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
    ++count;
  // One of them was the folder's own.
  return count > 0 ? count - 1 : 0;
}

}  // namespace

Usage ReadUsage() {
  return {CpuTime(), ResidentBytes(), OpenFiles()};
}

}  // namespace realm
