#include "worker/agent/job_metrics.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace realm::worker {
namespace {

constexpr v1::Job::Kind kKinds[] = {v1::Job::KIND_CLOSE, v1::Job::KIND_COPY, v1::Job::KIND_OPEN,
                                    v1::Job::KIND_PURGE, v1::Job::KIND_ROLLBACK};
constexpr absl::string_view kResults[] = {"ok", "retry", "failed", "handed_over"};

// "copy", "purge", ...: as the wire names it.
std::string LabelOf(v1::Job::Kind kind) {
  return absl::AsciiStrToLower(absl::StripPrefix(v1::Job::Kind_Name(kind), "KIND_"));
}

absl::string_view ResultOf(v1::JobReport::State state) {
  switch (state) {
    case v1::JobReport::STATE_DONE:
      return "ok";
    case v1::JobReport::STATE_FAILED_FOR_GOOD:
      return "failed";
    case v1::JobReport::STATE_RETURNED:
      return "handed_over";
    default:
      return "retry";
  }
}

double Positive(int64_t count) {
  return static_cast<double>(std::max<int64_t>(0, count));
}

}  // namespace

JobMetrics::JobMetrics(Metrics* metrics)
    : jobs_(metrics->AddCounters("realm_worker_jobs_total", "Jobs that this worker ended, by how.",
                                 {"kind", "result"})),
      durations_(metrics->AddHistograms("realm_worker_job_run_duration_seconds",
                                        "From the start of a job to its end.", PhaseSeconds(),
                                        {"kind"})),
      records_(metrics->AddCounters("realm_worker_records_total",
                                    "Records gone through by jobs that ended.", {"kind"})),
      bytes_(metrics->AddCounters("realm_worker_bytes_total",
                                  "Bytes gone through by jobs that ended.", {"kind"})),
      erased_(metrics->AddCounters("realm_worker_records_erased_total",
                                   "Records deleted by jobs that ended.", {"kind"})),
      fenced_(metrics
                  ->AddCounters("realm_worker_fenced_writes_total",
                                "Writes and deletes that a store refused because of its fence.")
                  .With()),
      running_(metrics->AddGauges("realm_worker_jobs_running", "Jobs that run now.").With()) {
  for (const v1::Job::Kind kind : kKinds) {
    for (const absl::string_view result : kResults)
      jobs_.With({LabelOf(kind), result});
    durations_.With({LabelOf(kind)});
    records_.With({LabelOf(kind)});
    bytes_.With({LabelOf(kind)});
    erased_.With({LabelOf(kind)});
  }
}

void JobMetrics::Ended(const v1::JobOrder& order, const v1::JobReport& report,
                       absl::Duration took) {
  const std::string kind = LabelOf(order.kind());
  running_.Add(-1);
  jobs_.With({kind, ResultOf(report.state())}).Increment();
  durations_.With({kind}).Observe(took);
  records_.With({kind}).Increment(Positive(report.records_done() - order.records_done_before()));
  bytes_.With({kind}).Increment(Positive(report.bytes_done()));
  erased_.With({kind}).Increment(Positive(report.records_erased()));
  fenced_.Increment(Positive(report.fenced_count()));
}

}  // namespace realm::worker
