// A tenant's own requests: which realm is right, and evidence of where the platform sends them.

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

#include "common/json_text.h"
#include "coordinator/edge/answers.h"
#include "coordinator/edge/edge.h"

namespace realm::edge {
namespace {

void AppendMember(absl::string_view name, absl::string_view value, std::string* json) {
  absl::StrAppend(json, json->empty() ? "{" : ",", "\"", name, "\":");
  AppendJsonString(value, json);
}

HttpResponse Ok(std::string json) {
  return {200, "application/json", {}, std::move(json)};
}

}  // namespace

// Waits for the coordinator: whoever calls this wants to know that it counted.
void Edge::ServeSeen(const ExchangePtr& exchange) {
  Authenticate(exchange, [this, exchange](const Caller& caller) {
    parts_.traffic->Report(
        caller.tenant, exchange->site().realm, exchange->deadline,
        [this, exchange](const absl::StatusOr<v1::ReportTenantTrafficResponse>& answer) {
          if (!answer.ok()) return AnswerError(exchange, answer.status());
          const bool recorded = answer->recorded();
          exchange->respond(Ok(absl::StrCat("{\"recorded\":", recorded ? "true" : "false", "}")),
                            recorded ? "recorded" : "");
        });
  });
}

void Edge::ServeTenantRequest(const ExchangePtr& exchange) {
  Authenticate(exchange, [this, exchange](const Caller& caller) {
    if (caller.platform != "forge") return AnswerTenantRequest(exchange, caller);
    RegisterForge(exchange, caller,
                  [this, exchange, caller] { AnswerTenantRequest(exchange, caller); });
  });
}

// A tenant that rests is answered from the local copy. For one that moves the coordinator is told
// first, since this very request may be what it has been waiting for, and asked afterwards.
void Edge::AnswerTenantRequest(const ExchangePtr& exchange, const Caller& caller) {
  const std::optional<TenantPlace> known = parts_.tenants->Find(caller.tenant);
  if (known.has_value() && known->migration.empty() && parts_.tenants->live()) {
    parts_.traffic->Saw(caller.tenant, exchange->site().realm);
    return AnswerPlace(exchange, *known);
  }
  parts_.traffic->Report(
      caller.tenant, exchange->site().realm, exchange->deadline,
      [this, exchange, caller](const absl::StatusOr<v1::ReportTenantTrafficResponse>&) {
        LookUpAndAnswer(exchange, caller);
      });
}

// When the coordinator cannot be asked, its last word is the answer.
void Edge::LookUpAndAnswer(const ExchangePtr& exchange, const Caller& caller) {
  v1::LookupTenantRequest lookup;
  lookup.set_app_id(caller.tenant.app.value());
  lookup.set_tenant_id(caller.tenant.tenant.value());
  parts_.coordinator->Lookup(
      lookup, exchange->deadline, [this, exchange, caller](const absl::StatusOr<v1::Tenant>& now) {
        if (now.ok()) return AnswerPlace(exchange, PlaceOf(*now));
        const std::optional<TenantPlace> known = parts_.tenants->Find(caller.tenant);
        if (!known.has_value()) return AnswerError(exchange, now.status());
        AnswerPlace(exchange, *known);
      });
}

void Edge::AnswerPlace(const ExchangePtr& exchange, const TenantPlace& place) {
  std::string json;
  if (place.realm == exchange->site().realm) {
    AppendMember("realm", place.realm.value(), &json);
    return exchange->respond(Ok(absl::StrCat(json, ",\"epoch\":", place.epoch, "}")), "");
  }
  const Site* right = parts_.router->SiteOf(exchange->site().app->id(), place.realm);
  AppendMember("reason", "WRONG_REALM", &json);
  AppendMember("message", "the tenant is in another realm; go there", &json);
  AppendMember("realm", place.realm.value(), &json);
  if (right != nullptr) AppendMember("base_url", right->url, &json);
  absl::StrAppend(&json, ",\"epoch\":", place.epoch, "}");
  exchange->respond({421, "application/json", {}, json}, "wrong realm");
}

}  // namespace realm::edge
