// The base64url of tokens and key sets (RFC 7515: no padding), read strictly: one text for one
// value, so that a token cannot be rewritten into another that still verifies.

#ifndef REALMSHIFT_COORDINATOR_EDGE_BASE64URL_H_
#define REALMSHIFT_COORDINATOR_EDGE_BASE64URL_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace realm::edge {

// Nothing: a character outside A-Z a-z 0-9 - _, padding, an impossible length, or unused bits that
// are not zero. The empty text is the empty value.
std::optional<std::string> DecodeBase64Url(absl::string_view text);

std::string EncodeBase64Url(absl::string_view bytes);

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_BASE64URL_H_
