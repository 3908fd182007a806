// Words in error texts: quotes, lists, and the word that was probably meant.

#ifndef REALMSHIFT_COMMON_CONFIG_WORDS_H_
#define REALMSHIFT_COMMON_CONFIG_WORDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace realm {

// `word` in double quotes, shortened and with control characters escaped.
std::string Quoted(absl::string_view word);

// "a, b or c".
std::string OneOf(const std::vector<std::string>& words);

// The one of `words` that `word` is a slip of, by edit distance and case; empty if none is near.
std::string Nearest(absl::string_view word, const std::vector<std::string>& words);

// "did you mean X?", or else "known here: a, b or c" while the list is short.
std::string Suggestion(absl::string_view word, const std::vector<std::string>& words);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_CONFIG_WORDS_H_
