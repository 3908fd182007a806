#include "common/config/words.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace realm {
namespace {

constexpr size_t kWordBytesMax = 64;
constexpr size_t kWordsListedMax = 32;

// Levenshtein's distance, row by row.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string Quoted(absl::string_view word) {
  if (word.size() <= kWordBytesMax) return absl::StrCat("\"", absl::Utf8SafeCEscape(word), "\"");
  return absl::StrCat("\"", absl::CHexEscape(word.substr(0, kWordBytesMax)), "...\"");
}

std::string OneOf(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : i + 1 == words.size() ? " or " : ", ", words[i]);
  }
  return text;
}

std::string Nearest(absl::string_view word, const std::vector<std::string>& words) {
  if (word.empty() || word.size() > kWordBytesMax) return "";
  const std::string lower = absl::AsciiStrToLower(word);
  const std::string* nearest = nullptr;
  // A third of the word may be wrong, at least one letter.
  size_t distance_max = std::max<size_t>(1, word.size() / 3);
  for (const std::string& candidate : words) {
    if (candidate.size() > kWordBytesMax) continue;
    const size_t distance = Distance(lower, absl::AsciiStrToLower(candidate));
    if (distance > distance_max || distance >= candidate.size()) continue;
    if (nearest != nullptr && distance == distance_max) continue;
    nearest = &candidate;
    distance_max = distance;
  }
  return nearest == nullptr ? "" : *nearest;
}

std::string Suggestion(absl::string_view word, const std::vector<std::string>& words) {
  const std::string nearest = Nearest(word, words);
  if (!nearest.empty()) return absl::StrCat("did you mean ", Quoted(nearest), "?");
  if (words.size() > kWordsListedMax) return absl::StrCat(words.size(), " others are known");
  return absl::StrCat("known here: ", OneOf(words));
}

}  // namespace realm
