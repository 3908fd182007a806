// Forge's invocation tokens: who is meant by one that verifies.

#ifndef REALMSHIFT_COORDINATOR_EDGE_FORGE_TOKEN_H_
#define REALMSHIFT_COORDINATOR_EDGE_FORGE_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "coordinator/edge/jwt.h"
#include "coordinator/edge/public_key.h"
#include "realm/config/v1/config.pb.h"

namespace realm::edge {

// The platform's live for 25 s.
inline constexpr absl::Duration kForgeTokenLifeMax = absl::Minutes(15);

struct ForgeIdentity {
  // `app.installationId`: what Forge says data is to be keyed by.
  std::string installation_id;
  // `context.cloudId`, or that of the installation's first context; empty when there is none.
  std::string cloud_id;
};

// Checks signature, issuer, audience (the app's ARI), times, and the label of an isolated cloud,
// which others put into a URL: 1 to 50 of a-z 0-9 _ -
//
// Unauthenticated: any of them does not hold, or the token names no installation.
absl::StatusOr<ForgeIdentity> CheckForgeToken(const Token& token, const PublicKey& key,
                                              const config::v1::App& app, absl::Time now);

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_FORGE_TOKEN_H_
