#include "coordinator/rpc/hook_metrics.h"

#include <limits>
#include <string>

#include "coordinator/rpc/error_info.h"

namespace realm::coordinator {
namespace {

constexpr absl::string_view kHooks[] = {"schedule", "start",  "commit",
                                        "rollback", "status", "traffic"};

}  // namespace

HookMetrics::HookMetrics(Metrics* metrics)
    : requests_(metrics->AddCounters("realm_hook_requests_total", "Hooks answered, by gRPC's code.",
                                     {"hook", "code"})),
      durations_(metrics->AddHistograms("realm_hook_request_duration_seconds",
                                        "From the arrival of a hook to its durable answer.",
                                        CallSeconds(), {"hook"})),
      replays_(metrics->AddCounters("realm_hook_replays_total",
                                    "Hooks answered as they had been before.", {"hook"})),
      refusals_(metrics->AddCounters("realm_hook_refusals_total",
                                     "Hooks refused, by the listed reason.", {"hook", "reason"})),
      last_poll_(metrics
                     ->AddGauges("realm_hook_last_status_request_timestamp_seconds",
                                 "When the status was last asked for here; edges answer most "
                                 "polls from their copy.")
                     .With()) {
  last_poll_.Set(std::numeric_limits<double>::quiet_NaN());
  for (const absl::string_view hook : kHooks) {
    requests_.With({hook, absl::StatusCodeToString(absl::StatusCode::kOk)});
    requests_.With({hook, absl::StatusCodeToString(absl::StatusCode::kUnavailable)});
    durations_.With({hook});
    if (hook != "status" && hook != "traffic") replays_.With({hook});
  }
}

void HookMetrics::Answered(absl::string_view hook, const absl::Status& answer,
                           absl::Duration took) {
  requests_.With({hook, absl::StatusCodeToString(answer.code())}).Increment();
  durations_.With({hook}).Observe(took);
  if (const auto info = GetErrorInfo(answer)) refusals_.With({hook, info->reason}).Increment();
}

void HookMetrics::Polled(absl::Time now) {
  last_poll_.Set(absl::ToDoubleSeconds(now - absl::UnixEpoch()));
}

}  // namespace realm::coordinator
