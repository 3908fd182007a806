// Writing JSON strings. Reading JSON is another matter and is done by libraries.

#ifndef REALMSHIFT_COMMON_JSON_TEXT_H_
#define REALMSHIFT_COMMON_JSON_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace realm {

// Adds `text` to `json` as a JSON string, quotes included. Control characters are escaped; each
// byte that is no part of well-formed UTF-8 becomes U+FFFD, so that the result is always valid.
void AppendJsonString(absl::string_view text, std::string* json);

// Whether `text` is well-formed UTF-8, as the wire's texts must be: a message with one that is not
// is written without complaint and refused by whoever reads it.
bool IsUtf8(absl::string_view text);

// The beginning of `text`, at most `bytes_max` of it, that does not end inside a letter. REQUIRES:
// `text` is UTF-8.
absl::string_view CutText(absl::string_view text, size_t bytes_max);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_JSON_TEXT_H_
