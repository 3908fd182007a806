#include "common/identity.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace realm {
namespace {

constexpr absl::string_view kTrustDomain = "spiffe://realmshift/";
constexpr absl::string_view kNoRealm = "-";
constexpr size_t kPartBytesMax = 64;

bool IsPart(absl::string_view part) {
  return !part.empty() && part.size() <= kPartBytesMax &&
         std::all_of(part.begin(), part.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
         });
}

std::optional<Role> ParseRole(absl::string_view text) {
  for (const Role role : {Role::kCoordinator, Role::kWorker, Role::kEdge, Role::kOperator}) {
    if (text == ToString(role)) return role;
  }
  return std::nullopt;
}

absl::string_view RealmText(const RealmId& realm) {
  return realm.empty() ? kNoRealm : absl::string_view(realm.value());
}

}  // namespace

absl::string_view ToString(Role role) {
  switch (role) {
    case Role::kCoordinator:
      return "coordinator";
    case Role::kWorker:
      return "worker";
    case Role::kEdge:
      return "edge";
    case Role::kOperator:
      return "operator";
  }
  return "unknown";
}

bool operator==(const PeerIdentity& a, const PeerIdentity& b) {
  return a.role == b.role && a.realm == b.realm && a.name == b.name;
}

std::ostream& operator<<(std::ostream& out, const PeerIdentity& identity) {
  return out << ToUri(identity);
}

absl::StatusOr<PeerIdentity> ParseIdentity(absl::string_view uri) {
  const absl::Status refusal = absl::InvalidArgumentError(
      absl::StrCat("identity \"", uri.substr(0, 200), "\" is not of the form ", kTrustDomain,
                   "ROLE/REALM/NAME with ROLE one of coordinator, worker, edge, operator"));
  absl::string_view rest = uri;
  if (!absl::ConsumePrefix(&rest, kTrustDomain)) return refusal;
  const std::vector<absl::string_view> parts = absl::StrSplit(rest, '/');
  if (parts.size() != 3 || !std::all_of(parts.begin(), parts.end(), IsPart)) return refusal;
  const std::optional<Role> role = ParseRole(parts[0]);
  if (!role.has_value()) return refusal;
  const RealmId realm = parts[1] == kNoRealm ? RealmId() : RealmId(parts[1]);
  return PeerIdentity{*role, realm, std::string(parts[2])};
}

std::string ToUri(const PeerIdentity& identity) {
  return absl::StrCat(kTrustDomain, ToString(identity.role), "/", RealmText(identity.realm), "/",
                      identity.name);
}

absl::Status CheckPeer(const PeerIdentity& identity, const ExpectedPeer& expected) {
  const bool realm_fits = !expected.realm.has_value() || *expected.realm == identity.realm;
  if (identity.role == expected.role && realm_fits) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat(
      "expected a ", ToString(expected.role),
      expected.realm.has_value() ? absl::StrCat(" of realm ", RealmText(*expected.realm)) : "",
      ", but the certificate is for ", ToUri(identity)));
}

}  // namespace realm
