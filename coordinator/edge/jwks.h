// A JSON Web Key Set (RFC 7517), as the platform publishes the keys of its invocation tokens.

#ifndef REALMSHIFT_COORDINATOR_EDGE_JWKS_H_
#define REALMSHIFT_COORDINATOR_EDGE_JWKS_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "coordinator/edge/public_key.h"

namespace realm::edge {

// Keys by their id (`kid`).
using PublicKeys = std::map<std::string, PublicKey>;

// The RSA keys for signatures. Keys of other kinds, for other uses, for other algorithms or without
// an id are left out: a set may hold keys that are not for us.
//
// InvalidArgument: not a key set, or an RSA key in it is malformed, or an id is used twice. Then
// nothing of the set is used.
absl::StatusOr<PublicKeys> ParseJwks(absl::string_view json);

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_JWKS_H_
