#include "coordinator/edge/jwt.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "common/digest.h"
#include "common/status_macros.h"
#include "coordinator/edge/base64url.h"

namespace realm::edge {
namespace {

constexpr absl::string_view kContextQsh = "context-qsh";

absl::Status Refuse(absl::string_view problem) {
  return absl::UnauthenticatedError(problem);
}

absl::StatusOr<Json> ParsePart(absl::string_view part, absl::string_view name) {
  const std::optional<std::string> text = DecodeBase64Url(part);
  if (!text.has_value()) return Refuse(absl::StrCat("the token's ", name, " is not base64url"));
  absl::StatusOr<Json> json = ParseJson(*text, {kTokenBytesMax, kTokenJsonDepthMax});
  if (!json.ok()) return Refuse(absl::StrCat("the token's ", name, ": ", json.status().message()));
  if (!json->is_object()) return Refuse(absl::StrCat("the token's ", name, " is no object"));
  return json;
}

// The claim `name` as seconds since 1970; nothing when it is absent, an error when malformed.
absl::StatusOr<std::optional<absl::Time>> TimeClaim(const Token& token, absl::string_view name) {
  const Json* claim = token.claims.Find(name);
  if (claim == nullptr) return std::nullopt;
  int64_t seconds = 0;
  if (!claim->is_integer() || !absl::SimpleAtoi(claim->text(), &seconds) || seconds < 0) {
    return Refuse(absl::StrCat("the claim ", name, " is no time"));
  }
  return absl::FromUnixSeconds(seconds);
}

absl::StatusOr<absl::Time> RequiredTimeClaim(const Token& token, absl::string_view name) {
  ASSIGN_OR_RETURN(const std::optional<absl::Time> time, TimeClaim(token, name));
  if (!time.has_value()) return Refuse(absl::StrCat("the token has no claim ", name));
  return *time;
}

}  // namespace

absl::StatusOr<Token> ParseToken(absl::string_view text) {
  if (text.size() > kTokenBytesMax) return Refuse("the token is too large");
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  if (parts.size() != 3) return Refuse("the token has not three parts");
  ASSIGN_OR_RETURN(const Json header, ParsePart(parts[0], "header"));
  // RFC 7515: what `crit` names must be understood, and we understand nothing of the kind.
  if (header.Find("crit") != nullptr) return Refuse("the token's header has crit");
  Token token;
  ASSIGN_OR_RETURN(token.claims, ParsePart(parts[1], "claims"));
  std::optional<std::string> signature = DecodeBase64Url(parts[2]);
  if (!signature.has_value()) return Refuse("the token's signature is not base64url");
  token.algorithm = std::string(header.FindString("alg"));
  token.key_id = std::string(header.FindString("kid"));
  token.signed_part = absl::StrCat(parts[0], ".", parts[1]);
  token.signature = *std::move(signature);
  return token;
}

bool VerifiesHs256(const Token& token, const Secret& secret) {
  const std::string expected = HmacSha256(secret.Reveal(), token.signed_part);
  const bool equal = ConstantTimeEquals(expected, token.signature);
  return equal && token.algorithm == "HS256";
}

bool VerifiesRs256(const Token& token, const PublicKey& key) {
  return token.algorithm == "RS256" && key.VerifiesRs256(token.signed_part, token.signature);
}

absl::Status CheckTimes(const Token& token, const TimeRules& rules) {
  ASSIGN_OR_RETURN(const absl::Time issued, RequiredTimeClaim(token, "iat"));
  ASSIGN_OR_RETURN(const absl::Time expiry, RequiredTimeClaim(token, "exp"));
  ASSIGN_OR_RETURN(const std::optional<absl::Time> not_before, TimeClaim(token, "nbf"));
  const absl::Time latest_now = rules.now + rules.leeway;
  if (expiry + rules.leeway <= rules.now) return Refuse("the token has expired");
  if (issued > latest_now) return Refuse("the token is issued in the future");
  if (not_before.has_value() && *not_before > latest_now)
    return Refuse("the token is not valid yet");
  if (expiry < issued) return Refuse("the token expires before it is issued");
  if (expiry - issued > rules.life_max) return Refuse("the token lives too long");
  return absl::OkStatus();
}

absl::Time ExpiryOf(const Token& token) {
  return RequiredTimeClaim(token, "exp").value();
}

absl::Status CheckQsh(const Token& token, absl::string_view expected) {
  const absl::string_view qsh = token.claims.FindString("qsh");
  if (qsh.empty()) return Refuse("the token has no qsh");
  if (qsh == kContextQsh) return Refuse("the token is for a page's context, not for a request");
  if (!ConstantTimeEquals(qsh, expected)) return Refuse("the token is for another request");
  return absl::OkStatus();
}

std::vector<std::string> AudiencesOf(const Token& token) {
  const Json* claim = token.claims.Find("aud");
  if (claim == nullptr) return {};
  if (claim->is_string()) return {claim->text()};
  std::vector<std::string> audiences;
  for (const Json& item : claim->items()) {
    if (!item.is_string()) return {};
    audiences.push_back(item.text());
  }
  return audiences;
}

}  // namespace realm::edge
