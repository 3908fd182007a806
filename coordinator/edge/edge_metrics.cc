#include "coordinator/edge/edge_metrics.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace realm::edge {
namespace {

constexpr absl::string_view kHooks[] = {"schedule", "start", "commit", "rollback", "status"};

}  // namespace

EdgeMetrics::EdgeMetrics(Metrics* metrics)
    : requests_(metrics->AddCounters("realm_edge_requests_total",
                                     "Requests answered by the edge, by kind and HTTP status.",
                                     {"kind", "code"})),
      durations_(metrics->AddHistograms("realm_edge_request_duration_seconds",
                                        "From the arrival of a request to its answer.",
                                        CallSeconds(), {"kind"})),
      replays_(metrics->AddCounters(
          "realm_edge_token_misuses_total",
          "Tokens refused because they had been used for another request.", {"kind"})),
      alone_(metrics
                 ->AddCounters("realm_edge_answers_alone_total",
                               "Status polls answered while the coordinator's stream was down.")
                 .With()) {
  for (const absl::string_view hook : kHooks) {
    for (const absl::string_view code : {"200", "503"})
      requests_.With({hook, code});
    replays_.With({hook});
  }
}

void EdgeMetrics::Answered(absl::string_view kind, int status, absl::Duration took) {
  requests_.With({kind, absl::StrCat(status)}).Increment();
  durations_.With({kind}).Observe(took);
}

void EdgeMetrics::Replayed(absl::string_view kind) {
  replays_.With({kind}).Increment();
}

void EdgeMetrics::AnsweredAlone() {
  alone_.Increment();
}

}  // namespace realm::edge
