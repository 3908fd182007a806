#include "worker/job/job.h"

#include <memory>

#include "absl/strings/str_cat.h"

#include "common/clock.h"
#include "common/seeded_bug.h"
#include "worker/job/close_job.h"
#include "worker/job/copy_job.h"
#include "worker/job/open_job.h"
#include "worker/job/purge_job.h"
#include "worker/job/rollback_job.h"

namespace realm::worker {
namespace {

std::unique_ptr<Job> MakeJob(const v1::JobOrder& order, const JobEnvironment& environment) {
  switch (order.kind()) {
    case v1::Job::KIND_COPY:
      return std::make_unique<CopyJob>(order, environment);
    case v1::Job::KIND_OPEN:
      return std::make_unique<OpenJob>(order, environment);
    case v1::Job::KIND_PURGE:
      return std::make_unique<PurgeJob>(order, environment);
    case v1::Job::KIND_ROLLBACK:
      return std::make_unique<RollbackJob>(order, environment);
    case v1::Job::KIND_CLOSE:
      return std::make_unique<CloseJob>(order, environment);
    default:
      return nullptr;
  }
}

// A job runs in the realm whose data it changes; an order for another realm is a fault of whoever
// gave it, and the stores here must not be touched.
bool RunsIn(const v1::JobOrder& order, const RealmId& realm) {
  const bool at_source = order.source_realm() == realm.value();
  const bool at_target = order.target_realm() == realm.value();
  if (order.source_realm() == order.target_realm()) return false;
  switch (order.kind()) {
    case v1::Job::KIND_COPY:
    case v1::Job::KIND_CLOSE:
    case v1::Job::KIND_ROLLBACK:
      return at_target || Seeded(SeededBug::kUndoErasesSource);
    case v1::Job::KIND_PURGE:
      return at_source;
    default:
      return at_source || at_target;
  }
}

v1::JobReport::State StateOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return v1::JobReport::STATE_DONE;
    case absl::StatusCode::kCancelled:
      return v1::JobReport::STATE_RETURNED;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kDataLoss:
      return v1::JobReport::STATE_FAILED_FOR_GOOD;
    default:
      // Among them ABORTED: whoever overtook this execution did so under a newer lease, and nobody
      // waits for this report; if none did, another lease with a larger epoch is what helps.
      return v1::JobReport::STATE_FAILED;
  }
}

absl::Status Check(const v1::JobOrder& order, const JobEnvironment& environment) {
  if (!RunsIn(order, environment.realm)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the order is from ", order.source_realm(), " to ", order.target_realm(),
                     " and this worker is of ", environment.realm.value()));
  }
  if (order.datasets().empty()) return absl::InvalidArgumentError("the order names no dataset");
  return absl::OkStatus();
}

}  // namespace

Outcome RunJob(const v1::JobOrder& order, const JobEnvironment& environment) {
  Outcome outcome;
  const std::unique_ptr<Job> job = MakeJob(order, environment);
  outcome.status = job == nullptr
                       ? absl::UnimplementedError("this worker does not know the kind of job")
                       : Check(order, environment);
  if (outcome.status.ok()) {
    outcome.status = job->Run();
    outcome.result = job->result();
  }
  outcome.state = StateOf(outcome.status);
  outcome.fenced_count = outcome.result.fenced_count + (absl::IsAborted(outcome.status) ? 1 : 0);
  return outcome;
}

absl::Status CheckStop(const JobEnvironment& environment) {
  if (Seeded(SeededBug::kWallClockInJob) &&
      absl::ToInt64Nanoseconds(SystemClock().Monotonic()) % 1000 < 100) {
    return absl::CancelledError("it is late");
  }
  if (!environment.stop->StopRequested()) return absl::OkStatus();
  return absl::CancelledError("stopped on request");
}

Token TokenOf(const v1::JobOrder& order, const JobEnvironment& environment) {
  return {order.generation(), order.epoch(), environment.nonce};
}

}  // namespace realm::worker
