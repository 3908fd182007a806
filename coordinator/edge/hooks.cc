// The platform's five hooks.

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

#include "common/digest.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "coordinator/edge/answers.h"
#include "coordinator/edge/edge.h"

namespace realm::edge {
namespace {

// A poll that nothing is known about here waits this long for the coordinator, and no longer: some
// answer is better than none.
constexpr absl::Duration kStatusPatience = absl::Seconds(1);
// What a poll is answered when nobody can be asked. The platform takes any word but two for "not
// done yet", and would roll back on anything but 200.
constexpr absl::string_view kUnknown = "unknown";

HttpResponse Ok(absl::string_view status, absl::string_view error_response_code) {
  return {200, "application/json", {}, StatusJson(status, error_response_code)};
}

// The hook too: a Forge token is bound to none. Not the base URL: Connect's tokens say nothing
// about it, and those of one second are the same at each.
std::string Fingerprint(const Exchange& exchange) {
  return absl::StrCat(exchange.kind, "\n", exchange.request.body);
}

v1::HookOrigin OriginOf(const Exchange& exchange, const Caller& caller,
                        const HookContent& content) {
  v1::HookOrigin origin;
  origin.set_app_id(caller.tenant.app.value());
  origin.set_tenant_id(caller.tenant.tenant.value());
  origin.set_migration_id(content.migration_id);
  origin.set_body_sha256(Sha256(exchange.request.body));
  if (!exchange.site().is_default) origin.set_received_at_realm(exchange.site().realm.value());
  origin.set_platform(caller.platform);
  return origin;
}

}  // namespace

void Edge::ServeHook(Hook hook, const ExchangePtr& exchange) {
  Authenticate(exchange, [this, hook, exchange](const Caller& caller) {
    ForwardHook(hook, exchange, caller);
  });
}

void Edge::ForwardHook(Hook hook, const ExchangePtr& exchange, const Caller& caller) {
  const absl::StatusOr<HookContent> content = ParseHook(hook, exchange->request.body);
  if (!content.ok()) return AnswerError(exchange, content.status());
  if (!parts_.replays->Admit(caller.signature, Fingerprint(*exchange), caller.expiry,
                             parts_.clock->Now())) {
    parts_.metrics->Replayed(exchange->kind);
    return exchange->respond(
        Refuse(409, kGenericFailure, "TOKEN_REUSED", "this token was used for another request"),
        "token reused");
  }
  if (hook != Hook::kSchedule || caller.platform != "forge") {
    return CallHook(hook, exchange, caller, *content);
  }
  RegisterForge(exchange, caller, [this, hook, exchange, caller, content = *content] {
    CallHook(hook, exchange, caller, content);
  });
}

void Edge::CallHook(Hook hook, const ExchangePtr& exchange, const Caller& caller,
                    const HookContent& content) {
  const v1::HookOrigin origin = OriginOf(*exchange, caller, content);
  if (const absl::Status here = REALM_FAILPOINT("edge.before-forward"); !here.ok())
    return AnswerError(exchange, here);
  parts_.coordinator->Call(
      hook, origin, content.body, exchange->deadline,
      [this, exchange, caller](const absl::StatusOr<v1::HookAnswer>& answer) {
        if (!answer.ok()) return AnswerError(exchange, answer.status());
        if (const absl::Status here = REALM_FAILPOINT("edge.after-forward"); !here.ok())
          return AnswerError(exchange, here);
        // Before the platform hears it: the stream may be behind, and a poll
        // after this answer must not get an older word.
        parts_.statuses->Put(*answer);
        exchange->respond(Ok(answer->status(), ""), answer->replayed() ? "replayed" : "");
      });
}

void Edge::ServeStatus(const ExchangePtr& exchange) {
  Authenticate(exchange,
               [this, exchange](const Caller& caller) { AnswerStatus(exchange, caller); });
}

void Edge::AnswerStatus(const ExchangePtr& exchange, const Caller& caller) {
  const absl::StatusOr<std::string> id = MigrationIdInQuery(exchange->request.query);
  if (!id.ok()) return AnswerError(exchange, id.status());
  v1::MigrationRef ref;
  ref.set_app_id(caller.tenant.app.value());
  ref.set_tenant_id(caller.tenant.tenant.value());
  ref.set_migration_id(*id);
  if (!parts_.statuses->mirror().live()) parts_.metrics->AnsweredAlone();
  if (const std::optional<StatusWord> word = parts_.statuses->Find(ref)) {
    return exchange->respond(Ok(word->status, word->error_response_code), word->status);
  }
  parts_.coordinator->GetStatus(
      ref, parts_.clock->Now() + kStatusPatience,
      [exchange](const absl::StatusOr<v1::GetMigrationStatusResponse>& answer) {
        if (!answer.ok()) return exchange->respond(Ok(kUnknown, ""), answer.status().ToString());
        exchange->respond(Ok(answer->status(), answer->error_response_code()), answer->status());
      });
}

}  // namespace realm::edge
