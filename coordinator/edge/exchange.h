// One request on its way through the edge, and how it is answered.

#ifndef REALMSHIFT_COORDINATOR_EDGE_EXCHANGE_H_
#define REALMSHIFT_COORDINATOR_EDGE_EXCHANGE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/http/http_message.h"
#include "coordinator/edge/router.h"

namespace realm::edge {

// Held by whatever still has to be done for the request; the last one answers.
struct Exchange {
  HttpRequest request;
  Route route;
  // "schedule", "status", "seen", "installed", "request", ...: for logs and metrics.
  std::string kind;
  // When the answer must be there (kHookDeadline after the arrival).
  absl::Time deadline;
  absl::Duration arrival;
  // Called once. `why` is for our log and names no secret; empty when there is nothing to say.
  std::function<void(HttpResponse response, absl::string_view why)> respond;

  const Site& site() const { return *route.site; }
};
using ExchangePtr = std::shared_ptr<const Exchange>;

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_EXCHANGE_H_
