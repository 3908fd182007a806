#include "tests/tidy/source_file.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

#include "common/check.h"
#include "common/files.h"

namespace realm::tidy {
namespace {

namespace fs = std::filesystem;

bool IsSkipped(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return absl::StartsWith(name, ".") || absl::StartsWith(name, "build") || name == "node_modules";
}

bool IsSource(const fs::path& file) {
  return file.extension() == ".h" || file.extension() == ".cc";
}

// Turns everything from `begin` to `end` into spaces, except the ends of lines.
void Blank(std::string* text, size_t begin, size_t end) {
  for (size_t i = begin; i < std::min(end, text->size()); ++i) {
    if ((*text)[i] != '\n') (*text)[i] = ' ';
  }
}

// Where the comment or literal that begins at `at` ends; `at` if none begins there. The quotes of a
// literal belong to it.
size_t EndOfQuiet(const std::string& text, size_t at) {
  const auto past = [&text](size_t found, size_t length) {
    return found == std::string::npos ? text.size() : found + length;
  };
  if (text.compare(at, 2, "//") == 0) return past(text.find('\n', at), 0);
  if (text.compare(at, 2, "/*") == 0) return past(text.find("*/", at + 2), 2);
  if (text.compare(at, 2, "R\"") == 0) {
    const size_t open = text.find('(', at);
    if (open == std::string::npos) return text.size();
    const std::string close = ")" + text.substr(at + 2, open - at - 2) + "\"";
    return past(text.find(close, open), close.size());
  }
  const char quote = text[at];
  // 1'000 is a number.
  const bool digit_before = at > 0 && absl::ascii_isxdigit(text[at - 1]);
  if (quote != '"' && (quote != '\'' || digit_before)) return at;
  size_t i = at + 1;
  while (i < text.size() && text[i] != quote && text[i] != '\n')
    i += text[i] == '\\' ? 2 : 1;
  return std::min(i + 1, text.size());
}

}  // namespace

std::vector<SourceFile> ReadSources(const std::string& root) {
  std::vector<SourceFile> files;
  for (fs::recursive_directory_iterator entry(root), end; entry != end; ++entry) {
    if (entry->is_directory() && IsSkipped(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && IsSource(entry->path())) {
      absl::StatusOr<std::string> text = ReadSmallFile(entry->path().string());
      REALM_CHECK_OK(text.status());
      files.push_back({fs::relative(entry->path(), root).string(), *std::move(text)});
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::string CodeOf(absl::string_view text) {
  std::string code(text);
  for (size_t at = 0; at < code.size();) {
    const size_t end = EndOfQuiet(code, at);
    Blank(&code, at, end);
    at = std::max(end, at + 1);
  }
  return code;
}

std::vector<std::string> WordsOf(absl::string_view name) {
  std::vector<std::string> words(1);
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool begins = absl::ascii_isupper(c) && i > 0 && !absl::ascii_isupper(name[i - 1]);
    if ((begins || !absl::ascii_isalnum(c)) && !words.back().empty()) words.emplace_back();
    if (absl::ascii_isalnum(c)) words.back().push_back(absl::ascii_tolower(c));
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

bool IsHeader(const SourceFile& file) {
  return absl::EndsWith(file.path, ".h");
}

bool IsTest(const SourceFile& file) {
  return absl::StartsWith(file.path, "tests/");
}

absl::string_view FolderOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == absl::string_view::npos ? absl::string_view() : path.substr(0, slash);
}

}  // namespace realm::tidy
