// JSON Web Tokens as the platform signs them: HS256 with a tenant's shared secret, RS256 with its
// own keys. Pure: no clock, no files, no network.
//
// The caller decides which algorithm and which key a request must be signed with. What the token's
// header says about the algorithm is compared with that decision and never followed, so that
// neither `none` nor a public key used as an HMAC secret gets through.
//
// Every error here is Unauthenticated and is for our log. The caller of the hook is told the same
// for all of them.

#ifndef REALMSHIFT_COORDINATOR_EDGE_JWT_H_
#define REALMSHIFT_COORDINATOR_EDGE_JWT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/secret.h"
#include "coordinator/edge/json.h"
#include "coordinator/edge/public_key.h"

namespace realm::edge {

// A token has to fit into one header; the platform's have 400 bytes to 3 KiB.
inline constexpr size_t kTokenBytesMax = 12 * 1024;
// Invocation tokens carry what the app put into the module's context, which nests.
inline constexpr int kTokenJsonDepthMax = 32;

// Taken apart, and nothing of it verified.
struct Token {
  std::string algorithm;
  // Empty when the header names no key.
  std::string key_id;
  Json claims;
  // What the signature is over, and the signature.
  std::string signed_part;
  std::string signature;

  absl::string_view issuer() const { return claims.FindString("iss"); }
};

// Refuses anything but three strict base64url parts, the first two objects in JSON, and a header
// without `crit`.
absl::StatusOr<Token> ParseToken(absl::string_view text);

// Whether the token says HS256 and its signature is `secret`'s. Takes as long for any secret.
bool VerifiesHs256(const Token& token, const Secret& secret);

// Whether the token says RS256 and its signature is `key`'s.
bool VerifiesRs256(const Token& token, const PublicKey& key);

struct TimeRules {
  absl::Time now;
  // How far the platform's clock may be off, either way.
  absl::Duration leeway;
  // The longest time from `iat` to `exp`.
  absl::Duration life_max;
};

// `exp` and `iat` must be there and hold; so must `nbf` when it is there.
absl::Status CheckTimes(const Token& token, const TimeRules& rules);

// REQUIRES: CheckTimes passed.
absl::Time ExpiryOf(const Token& token);

// `qsh` must be there and be `expected`; the marker of tokens made for a page's context is refused
// by name. Compared in constant time.
absl::Status CheckQsh(const Token& token, absl::string_view expected);

// The values of `aud`, which may be one string or several. Empty: absent or malformed.
std::vector<std::string> AudiencesOf(const Token& token);

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_JWT_H_
