#include "coordinator/edge/edge.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/limits.h"
#include "common/log.h"
#include "coordinator/edge/answers.h"
#include "coordinator/edge/qsh.h"

namespace realm::edge {
namespace {

// What a request asks for, by its path below the base URL.
struct Target {
  const char* kind;
  // Empty: any.
  const char* method;
};

constexpr Target kHookTargets[] = {
    {"schedule", "POST"}, {"start", "POST"}, {"commit", "POST"},
    {"rollback", "POST"}, {"status", "GET"}, {"seen", "POST"},
};
constexpr Target kLifecycleTargets[] = {{"installed", "POST"}, {"uninstalled", "POST"}};
constexpr Target kTenantRequest = {"request", ""};

template <size_t kCount>
std::optional<Target> Among(const Target (&targets)[kCount], absl::string_view path) {
  for (const Target& target : targets) {
    if (path == absl::StrCat("/", target.kind)) return target;
  }
  return std::nullopt;
}

// Nothing: there is no such path.
std::optional<Target> TargetOf(const Route& route) {
  const config::v1::App& app = *route.site->app;
  absl::string_view path = route.rest;
  if (!app.hook_path().empty() && CutBasePath(app.hook_path(), &path)) {
    return Among(kHookTargets, path);
  }
  std::optional<Target> target;
  if (app.has_connect()) target = Among(kLifecycleTargets, path);
  return target.value_or(kTenantRequest);
}

HttpResponse NoSuchPath() {
  return Refuse(404, kGenericFailure, "NO_SUCH_PATH", "there is nothing at this host and path");
}

HttpResponse WrongMethod(absl::string_view method) {
  HttpResponse response =
      Refuse(405, kGenericFailure, "WRONG_METHOD", absl::StrCat("use ", method, " here"));
  response.headers.push_back({"Allow", std::string(method)});
  return response;
}

}  // namespace

void Edge::Serve(HttpRequest request, Respond respond) {
  auto exchange = std::make_shared<Exchange>();
  exchange->request = std::move(request);
  exchange->kind = "none";
  exchange->arrival = parts_.clock->Monotonic();
  exchange->deadline = parts_.clock->Now() + kHookDeadline;
  // The exchange holds its answer's closure, so that one must not hold the exchange.
  const Exchange* raw = exchange.get();
  exchange->respond = [this, raw, respond = std::move(respond)](HttpResponse response,
                                                                absl::string_view why) {
    const absl::Duration took = parts_.clock->Monotonic() - raw->arrival;
    parts_.metrics->Answered(raw->kind, response.status, took);
    Log(response.status < 500 ? Level::kInfo : Level::kWarning, "answered",
        {{"kind", raw->kind},
         {"app", raw->route.site == nullptr ? "" : raw->site().app->id()},
         {"realm", raw->route.site == nullptr ? RealmId() : raw->site().realm},
         {"code", response.status},
         {"seconds", took},
         {"why", why}});
    respond(std::move(response));
  };
  const absl::string_view host = exchange->request.Header("Host").value_or("");
  const std::optional<Route> route = parts_.router->Find(host, exchange->request.path);
  if (!route.has_value()) return exchange->respond(NoSuchPath(), "");
  exchange->route = *route;
  const std::optional<Target> target = TargetOf(*route);
  if (!target.has_value()) return exchange->respond(NoSuchPath(), "");
  exchange->kind = target->kind;
  const absl::string_view method = target->method;
  if (!method.empty() && exchange->request.method != method) {
    return exchange->respond(WrongMethod(method), "");
  }
  Dispatch(exchange);
}

void Edge::Dispatch(const ExchangePtr& exchange) {
  const std::string& kind = exchange->kind;
  for (const Hook hook : {Hook::kSchedule, Hook::kStart, Hook::kCommit, Hook::kRollback}) {
    if (kind == ToString(hook)) return ServeHook(hook, exchange);
  }
  if (kind == "status") return ServeStatus(exchange);
  if (kind == "seen") return ServeSeen(exchange);
  if (kind == "installed") return ServeInstalled(exchange);
  if (kind == "uninstalled") return ServeUninstalled(exchange);
  ServeTenantRequest(exchange);
}

void Edge::Authenticate(const ExchangePtr& exchange, std::function<void(const Caller&)> next) {
  parts_.authenticator->Authenticate(
      exchange->request, exchange->route,
      [this, exchange, next = std::move(next)](const absl::StatusOr<Caller>& caller) {
        if (!caller.ok()) return AnswerNobody(exchange, caller.status());
        next(*caller);
      });
}

void Edge::AnswerNobody(const ExchangePtr& exchange, const absl::Status& error) {
  if (!absl::IsUnauthenticated(error)) return AnswerError(exchange, error);
  exchange->respond(RefuseToken(), error.message());
}

void Edge::AnswerError(const ExchangePtr& exchange, const absl::Status& error) {
  exchange->respond(AnswerFor(error), error.ToString());
}

}  // namespace realm::edge
