#include "coordinator/rpc/coordinator_metrics.h"

#include "absl/strings/str_cat.h"

#ifndef REALM_VERSION
#define REALM_VERSION "0.1.0"
#endif

namespace realm::coordinator {

CoordinatorMetrics::CoordinatorMetrics(const Policy& policy, const Clock* clock)
    : rates_(clock), engine_(&metrics_, policy, &rates_), hooks_(&metrics_) {
  metrics_.AddUsage(clock->Now());
  metrics_.AddGauges("realm_build_info", "Which build this is.", {"version", "component"})
      .With({REALM_VERSION, "coordinator"})
      .Set(1);
}

std::string CoordinatorMetrics::WhyNotReady() const {
  if (stopping_) return "stopping";
  const std::string why = engine_.WhyNotWritten();
  return why.empty() ? "" : absl::StrCat("the store takes no writes: ", why);
}

}  // namespace realm::coordinator
