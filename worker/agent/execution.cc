#include "worker/agent/execution.h"

#include <string>

#include "absl/strings/escaping.h"

#include "common/limits.h"

namespace realm::worker {
namespace {

// Escaped, because a store's message may hold bytes that the wire's strings may not.
std::string ErrorText(const absl::Status& status) {
  if (status.ok()) return "";
  return absl::CEscape(status.message()).substr(0, kErrorTextBytesMax);
}

}  // namespace

Execution::Execution(const v1::JobOrder& order, const Clock& clock) : order_(order), clock_(clock) {
  report_.set_job_id(order.job_id());
  report_.set_generation(order.generation());
  report_.set_epoch(order.epoch());
  report_.set_state(v1::JobReport::STATE_RUNNING);
  report_.set_phase("waiting");
  report_.set_records_done(order.records_done_before());
}

bool Execution::IsFor(const v1::JobOrder& order) const {
  return order.job_id() == order_.job_id() && order.generation() == order_.generation() &&
         order.epoch() == order_.epoch();
}

void Execution::Renew(absl::Duration end) {
  lease_end_nanoseconds_ = absl::ToInt64Nanoseconds(end);
}

bool Execution::StopRequested() const {
  return stopped_ || absl::ToInt64Nanoseconds(clock_.Monotonic()) >= lease_end_nanoseconds_;
}

void Execution::Update(const Counters& counters) {
  absl::MutexLock lock(&mutex_);
  report_.set_phase(std::string(counters.phase));
  report_.set_records_done(counters.records_done);
  report_.set_records_total_estimate(counters.records_total_estimate);
  report_.set_bytes_done(counters.bytes_done);
  report_.set_bytes_total_estimate(counters.bytes_total_estimate);
  report_.set_totals_exact(counters.totals_exact);
  report_.set_records_erased(counters.records_erased);
  report_.set_pages_repeated(counters.pages_repeated);
}

void Execution::Finish(const Outcome& outcome) {
  absl::MutexLock lock(&mutex_);
  report_.set_state(outcome.state);
  report_.set_error(ErrorText(outcome.status));
  report_.mutable_manifest()->Assign(outcome.result.manifest.begin(),
                                     outcome.result.manifest.end());
  report_.set_fenced_count(outcome.fenced_count);
  report_.set_records_left(outcome.result.records_left);
  finished_ = true;
}

v1::JobReport Execution::Report() const {
  absl::MutexLock lock(&mutex_);
  return report_;
}

}  // namespace realm::worker
