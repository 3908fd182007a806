// Who sent a request, as its token proves.
//
// Connect: `Authorization: JWT ...`, HS256 with the tenant's shared secret, bound to method, path
// and query by qsh; the tenant is the issuer. Installations: the same header, RS256 with one of the
// platform's keys, since there may be no shared secret yet. Forge: `Authorization: Bearer ...`, an
// invocation token, RS256 by the platform's key set, bound to the app but to no request; the tenant
// is the installation.
//
// Errors, for all: Unauthenticated, with the reason for our log; the caller is told only that.
// Unavailable: it cannot be found out now, a retry helps. InvalidArgument (installations only):
// the body is malformed.

#ifndef REALMSHIFT_COORDINATOR_EDGE_AUTHENTICATOR_H_
#define REALMSHIFT_COORDINATOR_EDGE_AUTHENTICATOR_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/aead.h"
#include "common/clock.h"
#include "common/http/http_message.h"
#include "common/ids.h"
#include "coordinator/edge/hook_json.h"
#include "coordinator/edge/installation_cache.h"
#include "coordinator/edge/jwt.h"
#include "coordinator/edge/key_cache.h"
#include "coordinator/edge/router.h"

namespace realm::edge {

struct Caller {
  TenantKey tenant;
  // "connect" or "forge".
  std::string platform;
  // Forge only; empty when the token names none.
  std::string cloud_id;
  // Tells this token from others.
  std::string signature;
  // From here on the token is refused by its age.
  absl::Time expiry;
};

// The associated data of a tenant's sealed secrets (realm/v1/directory.proto, Installation).
std::string SecretLabel(const TenantKey& tenant);

// Thread safety: any thread may call any method.
class Authenticator {
 public:
  template <typename Result>
  using Done = std::function<void(absl::StatusOr<Result>)>;

  // Key caches by app id; an app without an entry is refused that kind of token.
  struct Keys {
    std::map<std::string, std::shared_ptr<KeyCache>> install;
    std::map<std::string, std::shared_ptr<KeyCache>> forge;
  };

  // All must outlive this.
  Authenticator(const Router* router, const InstallationCache* installations, AeadKey key,
                Keys keys, const Clock* clock);

  // The tenant whose request this is. Calls `done` once, perhaps before it returns.
  void Authenticate(const HttpRequest& request, const Route& route, Done<Caller> done) const;

  struct Installer {
    Caller caller;
    InstallContent content;
  };
  // An installation or its end. `secret_required`: whether the body must hold a secret.
  void AuthenticateInstall(const HttpRequest& request, const Route& route, bool secret_required,
                           Done<Installer> done) const;

  const AeadKey& key() const { return key_; }

 private:
  absl::StatusOr<Caller> CheckConnect(const HttpRequest& request, const Site& site,
                                      const Token& token) const;
  absl::StatusOr<Installer> CheckInstall(const HttpRequest& request, const Site& site,
                                         bool secret_required, const Token& token,
                                         const PublicKey& key) const;
  absl::StatusOr<bool> VerifiesWithSecret(const TenantKey& tenant, const Token& token) const;

  const Router* const router_;
  const InstallationCache* const installations_;
  const AeadKey key_;
  const Keys keys_;
  const Clock* const clock_;
  // What an unknown tenant's token is verified with, so that it takes as long as a known one's.
  const std::string dummy_sealed_;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_AUTHENTICATOR_H_
