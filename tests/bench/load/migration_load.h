// Whole migrations: schedule, start, the copy done and durable, commit, everything done and
// durable.
//
// The product needs, beyond the reference's two jobs, a second copy under the seal, the opening of
// the gate, and a report of the tenant's traffic; that is what safety costs, and it is in the
// figure.
#ifndef REALMSHIFT_TESTS_BENCH_LOAD_MIGRATION_LOAD_H_
#define REALMSHIFT_TESTS_BENCH_LOAD_MIGRATION_LOAD_H_

#include <mutex>
#include <string>
#include <unordered_map>

#include "tests/bench/load/closed_loop.h"
#include "tests/bench/load/latencies.h"
#include "tests/bench/load/no_op_worker.h"
#include "tests/bench/load/platform.h"

namespace realm::bench {

class MigrationLoad {
 public:
  // `platform` outlives this. Tenants are `prefix` and a number below `tenants`.
  MigrationLoad(Platform* platform, std::string prefix, int tenants, bool reference);

  // The seconds it took.
  double Run(const std::shared_ptr<grpc::Channel>& channel, int concurrency, double seconds);

  int finished() const { return loop_.finished(); }
  // From the hook to its answer.
  Latencies& schedules() { return schedules_; }
  // From sending start until the worker has the job.
  Latencies& dispatches() { return dispatches_; }

 private:
  struct Running {
    int copies = 0;
    Clock::time_point started;
  };

  void Begin(int i);
  void NoteOrder(const std::string& tenant, NoOpWorker::Kind kind);
  void NoteDurable(const std::string& tenant, NoOpWorker::Kind kind);

  Platform* const platform_;
  const std::string prefix_;
  const bool reference_;
  ClosedLoop loop_;
  Latencies schedules_;
  Latencies dispatches_;
  std::mutex mutex_;
  std::unordered_map<std::string, Running> running_;
};

}  // namespace realm::bench

#endif  // REALMSHIFT_TESTS_BENCH_LOAD_MIGRATION_LOAD_H_
