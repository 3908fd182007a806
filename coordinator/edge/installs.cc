// Connect's lifecycle, and Forge tenants that show up without one.

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

#include "common/aead.h"
#include "common/config/duration.h"
#include "common/failpoint.h"
#include "common/json_text.h"
#include "coordinator/edge/answers.h"
#include "coordinator/edge/edge.h"
#include "coordinator/edge/proto_time.h"

namespace realm::edge {
namespace {

HttpResponse Registered(const v1::RegisterInstallationResponse& answer) {
  std::string json = "{\"realm\":";
  AppendJsonString(answer.tenant().realm(), &json);
  absl::StrAppend(&json, ",\"epoch\":", answer.tenant().epoch(), ",\"rule\":");
  AppendJsonString(answer.rule(), &json);
  return {200, "application/json", {}, json + "}"};
}

v1::RegisterInstallationRequest RequestFor(const v1::Installation& installation, const Site& site) {
  v1::RegisterInstallationRequest request;
  *request.mutable_installation() = installation;
  request.set_realm(site.realm.value());
  return request;
}

}  // namespace

void Edge::ServeInstalled(const ExchangePtr& exchange) {
  parts_.authenticator->AuthenticateInstall(
      exchange->request, exchange->route, true,
      [this, exchange](const absl::StatusOr<Authenticator::Installer>& installer) {
        if (!installer.ok()) return AnswerNobody(exchange, installer.status());
        Register(exchange, *installer);
      });
}

void Edge::Register(const ExchangePtr& exchange, const Authenticator::Installer& installer) {
  const v1::Installation installation = Compose(installer);
  if (const absl::Status here = REALM_FAILPOINT("edge.before-install"); !here.ok())
    return AnswerError(exchange, here);
  parts_.coordinator->Register(
      RequestFor(installation, exchange->site()), exchange->deadline,
      [this, exchange,
       installation](const absl::StatusOr<v1::RegisterInstallationResponse>& answer) {
        if (!answer.ok()) return AnswerError(exchange, answer.status());
        if (const absl::Status here = REALM_FAILPOINT("edge.after-install"); !here.ok())
          return AnswerError(exchange, here);
        // The stream will say so too; the next hook may be faster.
        parts_.installations->Put(installation);
        exchange->respond(Registered(*answer), answer->rule());
      });
}

// The platform sends `installed` again for many reasons, and not always with a new secret. Only a
// new one makes the present one the previous one, which is then accepted for a while: hooks signed
// before the rotation may still be on their way.
v1::Installation Edge::Compose(const Authenticator::Installer& installer) const {
  const TenantKey& tenant = installer.caller.tenant;
  const std::string label = SecretLabel(tenant);
  const AeadKey& key = parts_.authenticator->key();
  v1::Installation installation = parts_.installations->Find(tenant).value_or(v1::Installation());
  const absl::StatusOr<Secret> present = Open(key, installation.sealed_secret(), label);
  if (!present.ok() || *present != installer.content.shared_secret) {
    const config::v1::Connect& connect = parts_.router->AppOf(tenant.app.value())->connect();
    installation.set_previous_sealed_secret(present.ok() ? installation.sealed_secret() : "");
    *installation.mutable_previous_secret_expire_time() =
        ToTimestamp(parts_.clock->Now() + FromProto(connect.previous_secret_life()));
    installation.set_sealed_secret(Seal(key, installer.content.shared_secret.Reveal(), label));
  }
  installation.set_app_id(tenant.app.value());
  installation.set_tenant_id(tenant.tenant.value());
  installation.set_platform("connect");
  installation.set_site_base_url(installer.content.site_base_url);
  installation.set_installed(true);
  *installation.mutable_update_time() = ToTimestamp(parts_.clock->Now());
  if (!installer.content.installation_id.empty()) {
    installation.set_linked_id(installer.content.installation_id);
  }
  return installation;
}

void Edge::ServeUninstalled(const ExchangePtr& exchange) {
  const auto unregister = [this,
                           exchange](const absl::StatusOr<Authenticator::Installer>& installer) {
    if (!installer.ok()) return AnswerNobody(exchange, installer.status());
    v1::UnregisterInstallationRequest request;
    request.set_app_id(installer->caller.tenant.app.value());
    request.set_tenant_id(installer->caller.tenant.tenant.value());
    parts_.coordinator->Unregister(
        request, exchange->deadline,
        [this, exchange](const absl::StatusOr<v1::UnregisterInstallationResponse>& answer) {
          // Nobody to forget is as good as forgotten.
          if (!answer.ok() && !absl::IsNotFound(answer.status())) {
            return AnswerError(exchange, answer.status());
          }
          exchange->respond({200, "application/json", {}, "{}"}, "");
        });
  };
  parts_.authenticator->AuthenticateInstall(exchange->request, exchange->route, false, unregister);
}

void Edge::RegisterForge(const ExchangePtr& exchange, const Caller& caller,
                         std::function<void()> next) {
  if (parts_.installations->Find(caller.tenant).has_value()) return next();
  v1::Installation installation;
  installation.set_app_id(caller.tenant.app.value());
  installation.set_tenant_id(caller.tenant.tenant.value());
  installation.set_platform("forge");
  installation.set_cloud_id(caller.cloud_id);
  installation.set_installed(true);
  *installation.mutable_update_time() = ToTimestamp(parts_.clock->Now());
  parts_.coordinator->Register(RequestFor(installation, exchange->site()), exchange->deadline,
                               [this, exchange, installation, next = std::move(next)](
                                   const absl::StatusOr<v1::RegisterInstallationResponse>& answer) {
                                 if (!answer.ok()) return AnswerError(exchange, answer.status());
                                 parts_.installations->Put(installation);
                                 next();
                               });
}

}  // namespace realm::edge
