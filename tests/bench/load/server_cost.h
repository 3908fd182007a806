// What the measured server has used up: processor time, syncs, bytes of its log.
#ifndef REALMSHIFT_TESTS_BENCH_LOAD_SERVER_COST_H_
#define REALMSHIFT_TESTS_BENCH_LOAD_SERVER_COST_H_

#include <cstdint>
#include <string>

namespace realm::bench {

struct ServerProbe {
  int pid = 0;             // 0: not asked for.
  std::string sync_log;    // What `strace -o` writes: one line for each sync.
  std::string wal_folder;  // A RocksDB folder; its *.log files are added up.
};

struct ServerCost {
  double cpu_seconds = 0;
  int64_t syncs = 0;
  int64_t wal_bytes = 0;  // Of the logs that are there: as long as none is dropped, of all.
  int64_t wal_files = 0;
};

// Up to now.
ServerCost CostOf(const ServerProbe& probe);

}  // namespace realm::bench

#endif  // REALMSHIFT_TESTS_BENCH_LOAD_SERVER_COST_H_
