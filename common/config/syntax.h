// The shapes of single values. Each function answers "" when `text` is well formed, and else what
// is wrong and what would be right, to be put after the name of the field.

#ifndef REALMSHIFT_COMMON_CONFIG_SYNTAX_H_
#define REALMSHIFT_COMMON_CONFIG_SYNTAX_H_

#include <string>

#include "absl/strings/string_view.h"

namespace realm {

// An id that is opaque to us: 1 to limits.h kIdBytesMax bytes, no spaces or control characters.
std::string CheckId(absl::string_view text);

// Upper-case letters, digits and hyphens, a letter first, at most limits.h kRealmCodeBytesMax.
std::string CheckRealmCode(absl::string_view text);

// "host:port" or "[v6]:port". A name, a v4 address or a v6 address in brackets; port 0 is "any
// free one" and only right for what listens.
std::string CheckListenAddress(absl::string_view text);
std::string CheckDialAddress(absl::string_view text);

// http or https, a host, perhaps a port and a path; no user, query or fragment.
std::string CheckBaseUrl(absl::string_view text);

// https, or http on this machine: the answer is trusted.
std::string CheckTrustedUrl(absl::string_view text);

// "/dare": below a base URL, not ending in a slash.
std::string CheckHookPath(absl::string_view text);

// Whether an address names every interface ("0.0.0.0:7470"), so that nobody can dial it.
bool IsAnyAddress(absl::string_view address);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_CONFIG_SYNTAX_H_
