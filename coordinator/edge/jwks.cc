#include "coordinator/edge/jwks.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "coordinator/edge/base64url.h"
#include "coordinator/edge/json.h"

namespace realm::edge {
namespace {

constexpr JsonLimits kJwksLimits = {256 * 1024, 8};

bool IsForUs(const Json& key) {
  const absl::string_view use = key.FindString("use");
  const absl::string_view algorithm = key.FindString("alg");
  return key.FindString("kty") == "RSA" && !key.FindString("kid").empty() &&
         (use.empty() || use == "sig") && (algorithm.empty() || algorithm == "RS256");
}

absl::StatusOr<PublicKey> ParseKey(const Json& key) {
  const std::optional<std::string> modulus = DecodeBase64Url(key.FindString("n"));
  const std::optional<std::string> exponent = DecodeBase64Url(key.FindString("e"));
  if (!modulus.has_value() || !exponent.has_value()) {
    return absl::InvalidArgumentError("n or e is not base64url");
  }
  return PublicKey::FromRsa(*modulus, *exponent);
}

}  // namespace

absl::StatusOr<PublicKeys> ParseJwks(absl::string_view json) {
  ASSIGN_OR_RETURN(const Json set, ParseJson(json, kJwksLimits));
  const Json* members = set.Find("keys");
  if (members == nullptr || members->kind() != Json::Kind::kArray) {
    return absl::InvalidArgumentError("the key set has no array 'keys'");
  }
  PublicKeys keys;
  for (const Json& member : members->items()) {
    if (!IsForUs(member)) continue;
    const std::string id(member.FindString("kid"));
    absl::StatusOr<PublicKey> key = ParseKey(member);
    if (!key.ok()) return Annotate(key.status(), absl::StrCat("key '", id, "'"));
    if (!keys.emplace(id, *std::move(key)).second) {
      return absl::InvalidArgumentError(absl::StrCat("two keys have the id '", id, "'"));
    }
  }
  return keys;
}

}  // namespace realm::edge
