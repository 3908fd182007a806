#include "tests/tidy/text_rules.h"

#include <algorithm>
#include <regex>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace realm::tidy {
namespace {

using Words = std::set<std::string, std::less<>>;

// They fit anything, so they tell nothing.
const Words& EmptyWords() {
  static const auto* words =
      new Words{"manager", "helper", "helpers", "util",  "utils", "handler", "handlers",
                "process", "info",   "task",    "tasks", "misc",  "context"};
  return *words;
}

// Names that others gave: google.rpc.ErrorInfo is what a gRPC error carries.
const Words& GivenNames() {
  static const auto* names = new Words{"error_info", "ErrorInfo"};
  return *names;
}

std::string EmptyWordIn(absl::string_view name) {
  for (const std::string& word : WordsOf(name)) {
    if (EmptyWords().count(word) > 0) return word;
  }
  return "";
}

absl::string_view StemOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  path.remove_prefix(slash == absl::string_view::npos ? 0 : slash + 1);
  absl::string_view stem = path.substr(0, path.find('.'));
  if (absl::EndsWith(stem, "_test")) stem.remove_suffix(5);
  return stem;
}

// Calls `visit(line number, match)` for every match of `pattern` in the code of `file`.
template <typename Visit>
void EachMatch(const SourceFile& file, const std::regex& pattern, Visit visit) {
  const std::string code = CodeOf(file.text);
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(code, '\n')) {
    ++number;
    using Matches = std::cregex_iterator;
    for (Matches match(line.data(), line.data() + line.size(), pattern), end; match != end;
         ++match) {
      visit(number, *match);
    }
  }
}

// A finding with `advice` for every match.
void Refuse(const SourceFile& file, const std::regex& pattern, absl::string_view advice,
            Findings* findings) {
  EachMatch(file, pattern, [&](int line, const std::cmatch& match) {
    findings->push_back(absl::StrCat(file.path, ":", line, ": ", match[0].str(), "; ", advice));
  });
}

std::string GuardOf(absl::string_view path) {
  std::string guard = "REALMSHIFT_";
  for (const char c : path)
    guard.push_back(absl::ascii_isalnum(c) ? absl::ascii_toupper(c) : '_');
  return guard + "_";
}

}  // namespace

Findings CheckLength(const SourceFile& file) {
  const auto lines = std::count(file.text.begin(), file.text.end(), '\n');
  const int lines_max = IsTest(file) ? kTestLinesMax : kProductLinesMax;
  if (lines <= lines_max) return {};
  return {absl::StrCat(file.path, ":", lines_max, ": ", lines, " lines, and ", lines_max,
                       " is the stop; the idea inside has split")};
}

Findings CheckWords(const SourceFile& file) {
  static const auto* types =
      new std::regex(R"(\b(?:class|struct)\s+(\w+)\s*(?:final\s*)?(?:[:{]|$))");
  static const auto* sides =
      new std::regex(R"(\b(?:src|dst|dest)(?:_\w*)?\b|\b\w+_(?:src|dst|dest)_?\b)");
  static const auto* other_names = new std::regex(R"(\b\w*[Rr]egion\w*\b)");
  Findings findings;
  const absl::string_view stem = StemOf(file.path);
  if (const std::string word = EmptyWordIn(stem); !word.empty() && GivenNames().count(stem) == 0) {
    findings.push_back(absl::StrCat(file.path, ":1: \"", word,
                                    "\" in a file's name says nothing; name what it is"));
  }
  EachMatch(file, *types, [&](int line, const std::cmatch& match) {
    const std::string name = match[1].str();
    const std::string word = EmptyWordIn(name);
    if (word.empty() || GivenNames().count(name) > 0) return;
    findings.push_back(absl::StrCat(file.path, ":", line, ": \"", word, "\" in ", name,
                                    " says nothing; name what it is"));
  });
  Refuse(file, *sides, "say source and target", &findings);
  Refuse(file, *other_names, "say realm", &findings);
  return findings;
}

Findings CheckClocks(const SourceFile& file) {
  static const auto* clocks = new std::regex(
      R"(\bsystem_clock\b|\babsl::Now\b|\babsl::GetCurrentTimeNanos\b|\bclock_gettime\b|\bgettimeofday\b|[^\w.>:]time\s*\((?:nullptr|NULL|0)\))");
  static const auto* chance = new std::regex(
      R"(\bs?rand\s*\(|\brandom_device\b|\bRAND_bytes\b|\babsl::(?:Insecure)?BitGen\b)");
  static const auto* sleeps = new std::regex(
      R"(\bSleepFor\b|\bsleep_for\b|\bsleep_until\b|\busleep\b|\bnanosleep\b|[^\w.>]sleep\s*\()");
  Findings findings;
  if (file.path != "common/clock.cc") {
    Refuse(file, *clocks, "take a Clock (common/clock.h)", &findings);
  }
  if (file.path != "common/random.cc") {
    Refuse(file, *chance, "use common/random.h, or take a seed", &findings);
  }
  if (IsTest(file) && file.path != "tests/support/eventually.cc") {
    Refuse(file, *sleeps, "wait for a condition (tests/support/eventually.h)", &findings);
  }
  return findings;
}

Findings CheckForm(const SourceFile& file) {
  static const auto* spaces = new std::regex(R"(\busing\s+namespace\b)");
  static const auto* throws = new std::regex(R"(\bthrow\b)");
  static const auto* views = new std::regex(R"(\bstd::string_view\b)");
  Findings findings;
  Refuse(file, *spaces, "name what is used", &findings);
  Refuse(file, *throws, "return an absl::Status", &findings);
  if (!IsHeader(file)) return findings;
  const std::string guard = GuardOf(file.path);
  if (!absl::StrContains(file.text, absl::StrCat("#ifndef ", guard, "\n#define ", guard, "\n"))) {
    findings.push_back(absl::StrCat(file.path, ":1: the include guard is to be ", guard));
  }
  if (!IsTest(file) && file.path != "common/strings.h") {
    Refuse(file, *views, "take an absl::string_view, which is another type here", &findings);
  }
  return findings;
}

Findings CheckTopLevel(const std::vector<std::string>& names) {
  static const auto* house = new Words{"CMakeLists.txt", "CMakePresets.json",
                                       "proto",          "coordinator",
                                       "worker",         "common",
                                       "tests",          "docker",
                                       "docs",           "README.md",
                                       "LICENSE",        "dev"};
  Findings findings;
  for (const std::string& name : names) {
    const bool dotfile = absl::StartsWith(name, ".");
    const bool built = name == "build" || absl::StartsWith(name, "build-");
    if (dotfile || built || house->count(name) > 0) continue;
    findings.push_back(absl::StrCat(name, ":1: the top level is fixed; find this a place below"));
  }
  return findings;
}

Findings CheckDecisionsAreLinked(const std::vector<std::string>& pages,
                                 absl::string_view architecture) {
  Findings findings;
  for (const std::string& page : pages) {
    if (absl::StrContains(architecture, absl::StrCat("adr/", page))) continue;
    findings.push_back(
        absl::StrCat("docs/adr/", page, ":1: docs/ARCHITECTURE.md does not link it"));
  }
  return findings;
}

}  // namespace realm::tidy
