#include "tests/bench/load/server_cost.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace realm::bench {
namespace {

// Fields 14 and 15 of /proc/PID/stat, after the name in parentheses.
double CpuSecondsOf(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string skipped;
  std::getline(file, skipped, ')');
  std::string field;
  double ticks = 0;
  for (int i = 3; i <= 15 && file >> field; ++i) {
    if (i >= 14) ticks += std::atof(field.c_str());
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// Each call is one line that names it; one that was interrupted has a second, "resumed".
int64_t CountSyncs(const std::string& path) {
  std::ifstream file(path);
  int64_t count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.find("sync(") != std::string::npos) ++count;
  }
  return count;
}

}  // namespace

ServerCost CostOf(const ServerProbe& probe) {
  ServerCost out;
  if (probe.pid > 0) out.cpu_seconds = CpuSecondsOf(probe.pid);
  if (!probe.sync_log.empty()) out.syncs = CountSyncs(probe.sync_log);
  if (probe.wal_folder.empty()) return out;
  std::error_code ignored;
  for (const auto& file : std::filesystem::directory_iterator(probe.wal_folder, ignored)) {
    if (file.path().extension() != ".log") continue;
    out.wal_bytes += static_cast<int64_t>(file.file_size(ignored));
    ++out.wal_files;
  }
  return out;
}

}  // namespace realm::bench
