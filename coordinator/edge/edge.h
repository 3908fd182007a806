// The edge: what happens to a request between the HTTP server and the coordinator. It finds out
// which app and realm the request is for and who sent it, asks the coordinator, and answers in the
// platform's terms. Knows neither sockets nor gRPC.
//
//   POST {base}{hook}/schedule|start|commit|rollback   the platform's hooks
//   GET  {base}{hook}/status                           answered from the local copy
//   POST {base}{hook}/seen                             the app saw a request of the tenant here
//   POST {base}/installed|uninstalled                  Connect's lifecycle
//   any other path below {base}                        a tenant's request: 200 {realm, epoch}, or
//   421
//                                                      when the tenant is in another realm
//
// {base} is any base URL of an app and {hook} its hook path.

#ifndef REALMSHIFT_COORDINATOR_EDGE_EDGE_H_
#define REALMSHIFT_COORDINATOR_EDGE_EDGE_H_

#include <functional>

#include "absl/time/time.h"

#include "common/clock.h"
#include "common/http/http_message.h"
#include "coordinator/edge/authenticator.h"
#include "coordinator/edge/coordinator.h"
#include "coordinator/edge/edge_metrics.h"
#include "coordinator/edge/exchange.h"
#include "coordinator/edge/installation_cache.h"
#include "coordinator/edge/replay_guard.h"
#include "coordinator/edge/router.h"
#include "coordinator/edge/status_cache.h"
#include "coordinator/edge/tenant_cache.h"
#include "coordinator/edge/traffic.h"

namespace realm::edge {

// All must outlive the edge.
struct EdgeParts {
  const Router* router = nullptr;
  const Authenticator* authenticator = nullptr;
  Coordinator* coordinator = nullptr;
  StatusCache* statuses = nullptr;
  InstallationCache* installations = nullptr;
  TenantCache* tenants = nullptr;
  ReplayGuard* replays = nullptr;
  TrafficReporter* traffic = nullptr;
  EdgeMetrics* metrics = nullptr;
  const Clock* clock = nullptr;
};

// Thread safety: any thread may call Serve. Must outlive the calls it has made: stop the server
// first, then the coordinator's client and the key caches, then this.
class Edge {
 public:
  using Respond = std::function<void(HttpResponse)>;

  explicit Edge(const EdgeParts& parts) : parts_(parts) {}

  // Calls `respond` once, on any thread, within about kHookDeadline. Never blocks.
  void Serve(HttpRequest request, Respond respond);

 private:
  void Dispatch(const ExchangePtr& exchange);

  // hooks.cc
  void ServeHook(Hook hook, const ExchangePtr& exchange);
  void ForwardHook(Hook hook, const ExchangePtr& exchange, const Caller& caller);
  void CallHook(Hook hook, const ExchangePtr& exchange, const Caller& caller,
                const HookContent& content);
  void ServeStatus(const ExchangePtr& exchange);
  void AnswerStatus(const ExchangePtr& exchange, const Caller& caller);

  // installs.cc
  void ServeInstalled(const ExchangePtr& exchange);
  void ServeUninstalled(const ExchangePtr& exchange);
  void Register(const ExchangePtr& exchange, const Authenticator::Installer& installer);
  v1::Installation Compose(const Authenticator::Installer& installer) const;
  // Makes a Forge tenant known that is not yet, then goes on: Forge announces no installations.
  void RegisterForge(const ExchangePtr& exchange, const Caller& caller, std::function<void()> next);

  // tenants.cc
  void ServeSeen(const ExchangePtr& exchange);
  void ServeTenantRequest(const ExchangePtr& exchange);
  void AnswerTenantRequest(const ExchangePtr& exchange, const Caller& caller);
  void LookUpAndAnswer(const ExchangePtr& exchange, const Caller& caller);
  void AnswerPlace(const ExchangePtr& exchange, const TenantPlace& place);

  // Calls `next` with the caller, or answers that there is none.
  void Authenticate(const ExchangePtr& exchange, std::function<void(const Caller&)> next);
  // An error of the authenticator; and one of the coordinator, or of reading a body.
  void AnswerNobody(const ExchangePtr& exchange, const absl::Status& error);
  void AnswerError(const ExchangePtr& exchange, const absl::Status& error);

  const EdgeParts parts_;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_EDGE_H_
