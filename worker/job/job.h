// What a job is given and what it leaves.
//
// A job does all the work of one lease of an order in one call of Run. It reads no clock, starts no
// thread and knows no wire: whatever it needs of the world is in its JobEnvironment, so that the
// simulator runs it as it is.

#ifndef REALMSHIFT_WORKER_JOB_JOB_H_
#define REALMSHIFT_WORKER_JOB_JOB_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "realm/v1/dispatch.pb.h"
#include "worker/connector/connector.h"
#include "worker/job/source_realm.h"
#include "worker/job/stores.h"

namespace realm::worker {

// Whether the job may go on. It asks before each page and each range; what it has begun when the
// answer changes is refused by the stores if it matters.
//
// Thread safety: any thread.
class StopToken {
 public:
  virtual ~StopToken() = default;
  // True once the lease has run out, the order is gone, or the worker drains. Stays true.
  virtual bool StopRequested() const = 0;
};

// How far a job is. Of one attempt, but for `records_done`, which goes on from the previous one's.
struct Counters {
  absl::string_view phase;  // A literal.
  int64_t records_done = 0;
  int64_t records_total_estimate = 0;
  int64_t bytes_done = 0;
  int64_t bytes_total_estimate = 0;
  bool totals_exact = false;
  int64_t records_erased = 0;
  // Pages that an earlier attempt was heard to have written, and whose transaction died with it.
  int64_t pages_repeated = 0;
};

// Takes a job's counters, after each page or range.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void Update(const Counters& counters) = 0;
};

// All pointers outlive the job.
struct JobEnvironment {
  RealmId realm;  // The worker's own.
  const Stores* stores = nullptr;
  SourceRealm* source = nullptr;  // For a copy; else may be null.
  const StopToken* stop = nullptr;
  Progress* progress = nullptr;
  uint64_t nonce = 0;  // 64 random bits, drawn for this execution.
};

// What a job has to show. All of it is of this execution alone.
struct JobResult {
  std::vector<v1::TableManifest> manifest;  // Of a copy that is done.
  int64_t records_left = 0;  // Found by the re-scan of a deletion; not 0 only in a failure.
  int64_t fenced_count = 0;  // Changes that stores refused, beside the one that ended the job.
};

// One execution of an order.
class Job {
 public:
  virtual ~Job() = default;
  // Everything it did is durable when it returns OK. Called once. ABORTED: another execution holds
  // a fence; nothing was changed since it does. CANCELLED: stopped on request. The others say what
  // is wrong, without tenant content.
  virtual absl::Status Run() = 0;
  const JobResult& result() const { return result_; }

 protected:
  JobResult result_;
};

// How one execution ended, ready to be reported.
struct Outcome {
  v1::JobReport::State state = v1::JobReport::STATE_FAILED;
  absl::Status status;
  JobResult result;
  int64_t fenced_count = 0;
};

// Runs the job of `order` to its end in the calling thread.
//
//  * STATE_DONE: everything it did is durable.
//  * STATE_RETURNED: stopped on request, or overtaken by a newer execution, at a point from which
//    another attempt goes on.
//  * STATE_FAILED: another attempt may help.
//  * STATE_FAILED_FOR_GOOD: it cannot; an operator must act.
Outcome RunJob(const v1::JobOrder& order, const JobEnvironment& environment);

// CANCELLED if the job must stop; to be asked before each page and range.
absl::Status CheckStop(const JobEnvironment& environment);

// The fencing token of this execution.
Token TokenOf(const v1::JobOrder& order, const JobEnvironment& environment);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_JOB_JOB_H_
