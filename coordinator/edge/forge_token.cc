#include "coordinator/edge/forge_token.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"

#include "common/config/duration.h"
#include "common/limits.h"
#include "common/status_macros.h"

namespace realm::edge {
namespace {

absl::Status Refused(absl::string_view why) {
  return absl::UnauthenticatedError(why);
}

bool IsLabel(absl::string_view text) {
  const auto fits = [](unsigned char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= 50 && std::all_of(text.begin(), text.end(), fits);
}

absl::Status CheckLabel(const Json* object) {
  const Json* label = object == nullptr ? nullptr : object->Find("icLabel");
  if (label == nullptr || (label->is_string() && IsLabel(label->text()))) return absl::OkStatus();
  return Refused("the label of the isolated cloud is malformed");
}

// The text at `names`, each inside the one before; empty when it is not there.
absl::string_view TextAt(const Json& object, std::initializer_list<absl::string_view> names) {
  const Json* at = &object;
  for (const absl::string_view name : names) {
    at = at->Find(name);
    if (at == nullptr) return {};
  }
  return at->is_string() ? at->text() : absl::string_view();
}

// The claim is in two places, and was in the first only for a while.
absl::StatusOr<std::string> InstallationIn(const Json& claims) {
  const absl::string_view id = TextAt(claims, {"app", "installationId"});
  const absl::string_view other = TextAt(claims, {"app", "installation", "id"});
  const absl::string_view found = id.empty() ? other : id;
  if (found.empty()) return Refused("the token names no installation");
  if (!other.empty() && other != found) return Refused("the token names two installations");
  if (found.size() > kIdBytesMax ||
      std::any_of(found.begin(), found.end(), [](char c) { return absl::ascii_iscntrl(c); })) {
    return Refused("the token's installation is no id");
  }
  return std::string(found);
}

std::string CloudIn(const Json& claims) {
  const absl::string_view cloud = TextAt(claims, {"context", "cloudId"});
  if (!cloud.empty()) return std::string(cloud.substr(0, kIdBytesMax));
  const Json* app = claims.Find("app");
  const Json* installation = app == nullptr ? nullptr : app->Find("installation");
  const Json* contexts = installation == nullptr ? nullptr : installation->Find("contexts");
  if (contexts == nullptr || contexts->items().empty()) return "";
  return std::string(contexts->items().front().FindString("cloudId").substr(0, kIdBytesMax));
}

}  // namespace

absl::StatusOr<ForgeIdentity> CheckForgeToken(const Token& token, const PublicKey& key,
                                              const config::v1::App& app, absl::Time now) {
  const config::v1::Forge& forge = app.forge();
  if (!VerifiesRs256(token, key)) return Refused("the signature does not fit");
  if (token.issuer() != forge.issuer()) return Refused("the token is not of the issuer");
  const std::vector<std::string> audiences = AudiencesOf(token);
  if (std::find(audiences.begin(), audiences.end(), forge.app_ari()) == audiences.end()) {
    return Refused("the token is for another app");
  }
  RETURN_IF_ERROR(CheckTimes(token, {now, FromProto(forge.leeway()), kForgeTokenLifeMax}));
  RETURN_IF_ERROR(CheckLabel(&token.claims));
  RETURN_IF_ERROR(CheckLabel(token.claims.Find("app")));
  RETURN_IF_ERROR(CheckLabel(token.claims.Find("context")));
  ForgeIdentity identity;
  ASSIGN_OR_RETURN(identity.installation_id, InstallationIn(token.claims));
  identity.cloud_id = CloudIn(token.claims);
  return identity;
}

}  // namespace realm::edge
