// Claims of an invocation token, signed with the platform's own key: whatever is in them, who is
// meant is either refused or fit to be a key of data.

#include "absl/strings/str_cat.h"

#include "common/limits.h"
#include "coordinator/edge/forge_token.h"
#include "coordinator/edge/jwt.h"
#include "coordinator/edge/sign_token.h"
#include "realm/v1/types.pb.h"
#include "tests/fuzz/fuzz.h"

namespace realm::fuzz {
namespace {

config::v1::App TheApp() {
  config::v1::App app;
  app.mutable_forge()->set_app_ari("ari:cloud:app/1");
  app.mutable_forge()->set_issuer("forge/invocation-token");
  app.mutable_forge()->mutable_leeway()->set_seconds(30);
  return app;
}

struct Platform {
  const edge::PlatformKey key = edge::PlatformKey::Generate();
  const edge::PublicKey public_key = edge::PublicKey::FromPem(key.PublicPem()).value();
  const config::v1::App app = TheApp();
};

constexpr absl::string_view kTimes =
    R"("iss":"forge/invocation-token","aud":"ari:cloud:app/1","iat":1893456000,"exp":1893456025)";

}  // namespace

void Run(absl::string_view input) {
  static const auto* platform = new Platform;
  // Most inputs would stop at the first claims, so half of them are given these.
  std::string claims(input);
  if (!input.empty() && input[0] == '+') claims = absl::StrCat("{", kTimes, input.substr(1), "}");
  const std::string text = platform->key.SignRs256(claims, "k");
  const absl::StatusOr<edge::Token> token = edge::ParseToken(text);
  if (!token.ok()) return;
  const absl::StatusOr<edge::ForgeIdentity> who = edge::CheckForgeToken(
      *token, platform->public_key, platform->app, absl::FromUnixSeconds(1893456000));
  if (!who.ok()) return;
  REALM_CHECK(!who->installation_id.empty());
  REALM_CHECK(who->installation_id.size() <= static_cast<size_t>(kIdBytesMax));
  REALM_CHECK(who->cloud_id.size() <= static_cast<size_t>(kIdBytesMax));
  v1::MigrationRef sent;
  v1::MigrationRef received;
  sent.set_tenant_id(who->installation_id);
  sent.set_app_id(who->cloud_id);
  REALM_CHECK(received.ParseFromString(sent.SerializeAsString()));
}

std::vector<std::string> Seeds() {
  return {
      absl::StrCat("+", R"(,"app":{"installationId":"i","icLabel":"a_b-9"},"context":{}})"),
      absl::StrCat("+", R"(,"app":{"installation":{"id":"i","contexts":[{"cloudId":"c"}]}})"),
      absl::StrCat("+", R"(,"app":{"installationId":"i"},"context":{"cloudId":"c"},"icLabel":"x")"),
      absl::StrCat("{", kTimes, R"(,"nbf":1893456000,"app":{"installationId":"ari:1"}})"),
      R"({"iss":"forge/invocation-token","aud":["x","ari:cloud:app/1"],"iat":1,"exp":2})",
  };
}

}  // namespace realm::fuzz
