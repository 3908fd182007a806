// Writing JSON strings. Reading JSON is another matter and is done by libraries.

#ifndef REALMSHIFT_COMMON_JSON_TEXT_H_
#define REALMSHIFT_COMMON_JSON_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace realm {

// Adds `text` to `json` as a JSON string, quotes included. Control characters are escaped; each
// byte that is no part of well-formed UTF-8 becomes U+FFFD, so that the result is always valid.
void AppendJsonString(absl::string_view text, std::string* json);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_JSON_TEXT_H_
