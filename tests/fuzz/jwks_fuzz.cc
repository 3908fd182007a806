// Key sets, as whoever stands between us and the platform could serve them.

#include "coordinator/edge/jwks.h"
#include "coordinator/edge/sign_token.h"
#include "tests/fuzz/fuzz.h"

namespace realm::fuzz {
namespace {

const std::string& KeySet() {
  static const auto* text = new std::string(edge::PlatformKey::Generate().KeySet("k1"));
  return *text;
}

}  // namespace

void Run(absl::string_view input) {
  const absl::StatusOr<edge::PublicKeys> keys = edge::ParseJwks(input);
  if (!keys.ok()) return;
  for (const auto& [id, key] : *keys) {
    REALM_CHECK(!id.empty());
    REALM_CHECK(!key.VerifiesRs256("a text that nobody signed", input));
  }
}

std::vector<std::string> Seeds() {
  return {KeySet(),
          R"({"keys":[{"kty":"EC","kid":"a"},{"kty":"RSA","kid":"","n":"AQ","e":"AQAB"}]})",
          R"({"keys":[{"kty":"RSA","kid":"a","n":"AQ","e":"AQAB","use":"sig","alg":"RS256"}]})",
          R"({"keys":[]})"};
}

}  // namespace realm::fuzz
