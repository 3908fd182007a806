#include "coordinator/edge/authenticator.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "common/config/duration.h"
#include "common/log.h"
#include "common/random.h"
#include "common/status_macros.h"
#include "coordinator/edge/forge_token.h"
#include "coordinator/edge/proto_time.h"
#include "coordinator/edge/qsh.h"

namespace realm::edge {
namespace {

constexpr absl::string_view kDummyLabel = "no tenant";

absl::Status Refused(absl::string_view why) {
  return absl::UnauthenticatedError(why);
}

// The token after `scheme`; empty when there is none of that scheme, or two headers.
absl::string_view TokenIn(const HttpRequest& request, absl::string_view scheme) {
  const std::optional<absl::string_view> header = request.Header("Authorization");
  if (!header.has_value() || !absl::StartsWithIgnoreCase(*header, scheme)) return {};
  absl::string_view token = header->substr(scheme.size());
  return absl::ConsumePrefix(&token, " ") ? token : absl::string_view();
}

TimeRules ConnectTimes(const config::v1::Connect& connect, absl::Time now) {
  return {now, FromProto(connect.leeway()), FromProto(connect.token_life_max())};
}

absl::Status CheckRequestHash(const Token& token, const HttpRequest& request, const Site& site) {
  return CheckQsh(token,
                  QueryStringHash(request.method, request.path, request.query, site.base_path));
}

// Installations are signed for the base URL at which the app was installed, which may be any of the
// app's.
absl::Status CheckInstallAudience(const Token& token, const std::vector<std::string>& urls) {
  const std::vector<std::string> audiences = AudiencesOf(token);
  if (audiences.empty()) return Refused("the token has no aud");
  const absl::string_view audience = absl::StripSuffix(audiences.front(), "/");
  if (std::find(urls.begin(), urls.end(), audience) != urls.end()) return absl::OkStatus();
  return Refused("the token is for another app");
}

// A key that the platform does not have is no different from a signature that does not fit.
absl::Status ForToken(const absl::Status& error) {
  return absl::IsNotFound(error) ? Refused(error.message()) : error;
}

}  // namespace

std::string SecretLabel(const TenantKey& tenant) {
  return absl::StrCat(tenant.app.value(), "/", tenant.tenant.value());
}

Authenticator::Authenticator(const Router* router, const InstallationCache* installations,
                             AeadKey key, Keys keys, const Clock* clock)
    : router_(router),
      installations_(installations),
      key_(std::move(key)),
      keys_(std::move(keys)),
      clock_(clock),
      dummy_sealed_(Seal(key_, RandomBytes(32), kDummyLabel)) {}

void Authenticator::Authenticate(const HttpRequest& request, const Route& route,
                                 Done<Caller> done) const {
  const Site& site = *route.site;
  const absl::string_view connect = TokenIn(request, "JWT");
  const absl::string_view forge = TokenIn(request, "Bearer");
  if (!connect.empty() && site.app->has_connect()) {
    const absl::StatusOr<Token> token = ParseToken(connect);
    if (!token.ok()) return done(token.status());
    return done(CheckConnect(request, site, *token));
  }
  const auto keys = keys_.forge.find(site.app->id());
  if (forge.empty() || keys == keys_.forge.end()) {
    return done(Refused("no token of a kind that this app takes"));
  }
  absl::StatusOr<Token> token = ParseToken(forge);
  if (!token.ok()) return done(token.status());
  if (token->key_id.empty()) return done(Refused("the token names no key"));
  const std::string key_id = token->key_id;
  keys->second->Find(key_id, [app = site.app, clock = clock_, held = *std::move(token),
                              done = std::move(done)](const absl::StatusOr<PublicKey>& key) {
    if (!key.ok()) return done(ForToken(key.status()));
    absl::StatusOr<ForgeIdentity> identity = CheckForgeToken(held, *key, *app, clock->Now());
    if (!identity.ok()) return done(identity.status());
    done(Caller{{AppId(app->id()), TenantId(identity->installation_id)},
                "forge",
                identity->cloud_id,
                held.signature,
                ExpiryOf(held) + FromProto(app->forge().leeway())});
  });
}

absl::StatusOr<Caller> Authenticator::CheckConnect(const HttpRequest& request, const Site& site,
                                                   const Token& token) const {
  const config::v1::Connect& connect = site.app->connect();
  const TenantKey tenant = {AppId(site.app->id()), TenantId(token.issuer())};
  ASSIGN_OR_RETURN(const bool verifies, VerifiesWithSecret(tenant, token));
  if (!verifies) return Refused("unknown issuer, or the signature does not fit");
  RETURN_IF_ERROR(CheckTimes(token, ConnectTimes(connect, clock_->Now())));
  RETURN_IF_ERROR(CheckRequestHash(token, request, site));
  return Caller{tenant, "connect", "", token.signature,
                ExpiryOf(token) + FromProto(connect.leeway())};
}

// Two decryptions and two verifications whoever asks: an unknown tenant, or one without a previous
// secret, gets the dummy in its place, which no token verifies with.
absl::StatusOr<bool> Authenticator::VerifiesWithSecret(const TenantKey& tenant,
                                                       const Token& token) const {
  const std::optional<v1::Installation> known = installations_->Find(tenant);
  const std::string label = SecretLabel(tenant);
  const auto verifies = [&](bool use, const std::string& sealed) -> absl::StatusOr<bool> {
    const absl::StatusOr<Secret> secret =
        use ? Open(key_, sealed, label) : Open(key_, dummy_sealed_, kDummyLabel);
    if (!secret.ok()) return secret.status();
    return VerifiesHs256(token, *secret) && use;
  };
  const bool has_current = known.has_value() && !known->sealed_secret().empty();
  const bool has_previous = has_current && !known->previous_sealed_secret().empty() &&
                            clock_->Now() < TimeOf(known->previous_secret_expire_time());
  const auto current = verifies(has_current, has_current ? known->sealed_secret() : "");
  const auto previous = verifies(has_previous, has_previous ? known->previous_sealed_secret() : "");
  if (!current.ok() || !previous.ok()) {
    Log(Level::kError, "a tenant's secret cannot be opened; is edge.secret_key_file the right one?",
        {{"app", tenant.app}, {"tenant", tenant.tenant}});
    return absl::UnavailableError("the tenant's secret cannot be opened");
  }
  return *current || *previous;
}

void Authenticator::AuthenticateInstall(const HttpRequest& request, const Route& route,
                                        bool secret_required, Done<Installer> done) const {
  const Site& site = *route.site;
  const auto keys = keys_.install.find(site.app->id());
  const absl::string_view text = TokenIn(request, "JWT");
  if (text.empty() || keys == keys_.install.end()) {
    return done(Refused("no token of a kind that this app takes"));
  }
  absl::StatusOr<Token> token = ParseToken(text);
  if (!token.ok()) return done(token.status());
  const std::string key_id = token->key_id;
  keys->second->Find(key_id, [this, &site, secret_required, request, held = *std::move(token),
                              done = std::move(done)](const absl::StatusOr<PublicKey>& key) {
    if (!key.ok()) return done(ForToken(key.status()));
    done(CheckInstall(request, site, secret_required, held, *key));
  });
}

absl::StatusOr<Authenticator::Installer> Authenticator::CheckInstall(const HttpRequest& request,
                                                                     const Site& site,
                                                                     bool secret_required,
                                                                     const Token& token,
                                                                     const PublicKey& key) const {
  const config::v1::Connect& connect = site.app->connect();
  if (!VerifiesRs256(token, key)) return Refused("the signature does not fit");
  RETURN_IF_ERROR(CheckTimes(token, ConnectTimes(connect, clock_->Now())));
  RETURN_IF_ERROR(CheckRequestHash(token, request, site));
  RETURN_IF_ERROR(CheckInstallAudience(token, router_->UrlsOf(site.app->id())));
  ASSIGN_OR_RETURN(InstallContent content, ParseInstall(secret_required, request.body));
  if (token.issuer() != content.client_key) return Refused("the token is of another tenant");
  const TenantKey tenant = {AppId(site.app->id()), TenantId(content.client_key)};
  const absl::Time expiry = ExpiryOf(token) + FromProto(connect.leeway());
  return Installer{{tenant, "connect", "", token.signature, expiry}, std::move(content)};
}

}  // namespace realm::edge
