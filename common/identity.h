// Who a program is, as its certificate says: exactly one URI of the form
//
//   spiffe://realmshift/ROLE/REALM/NAME      spiffe://realmshift/worker/EU/eu-1
//
// ROLE is coordinator, worker, edge or operator. REALM is "-" for who belongs to none. The scheme
// is SPIFFE's (https://spiffe.io, "SPIFFE-ID"), so that such certificates can come from any CA that
// issues those.

#ifndef REALMSHIFT_COMMON_IDENTITY_H_
#define REALMSHIFT_COMMON_IDENTITY_H_

#include <optional>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/ids.h"

namespace realm {

enum class Role { kCoordinator, kWorker, kEdge, kOperator };
absl::string_view ToString(Role role);

struct PeerIdentity {
  Role role = Role::kOperator;
  RealmId realm;  // Empty: none.
  std::string name;
};
bool operator==(const PeerIdentity& a, const PeerIdentity& b);
std::ostream& operator<<(std::ostream& out, const PeerIdentity& identity);

// The identity that `uri` states. InvalidArgument: any other form, an unknown role, or a part that
// is empty, longer than 64 bytes, or has characters besides A-Z a-z 0-9 . _ -
absl::StatusOr<PeerIdentity> ParseIdentity(absl::string_view uri);

// The URI that states `identity`; ParseIdentity reads it back.
std::string ToUri(const PeerIdentity& identity);

// Whom one expects at the other end of a connection.
struct ExpectedPeer {
  Role role = Role::kCoordinator;
  // Nothing: a peer of any realm, or of none.
  std::optional<RealmId> realm;
};

// PermissionDenied, naming both, unless `identity` is whom `expected` describes.
absl::Status CheckPeer(const PeerIdentity& identity, const ExpectedPeer& expected);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_IDENTITY_H_
