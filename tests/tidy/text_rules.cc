#include "tests/tidy/text_rules.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace realm::tidy {
namespace {

using Words = std::set<std::string, std::less<>>;

// They fit anything, so they tell nothing.
const Words& EmptyWords() {
  static const auto* words =
      new Words{"manager",   "helper", "helpers", "util",  "utils", "handler", "handlers",
                "processor", "info",   "task",    "tasks", "misc",  "context"};
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

// An identifier (or a keyword) where it stands in a line of code.
struct Token {
  int line;
  absl::string_view before;  // The rest of its line on both sides.
  absl::string_view text;
  absl::string_view after;
};

bool InIdentifier(char c) {
  return absl::ascii_isalnum(c) || c == '_';
}

// Calls `visit(token)` for every identifier in the code of `file`.
template <typename Visit>
void EachToken(const SourceFile& file, Visit visit) {
  const std::string code = CodeOf(file.text);
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(code, '\n')) {
    ++number;
    for (size_t at = 0; at < line.size();) {
      size_t end = at;
      while (end < line.size() && InIdentifier(line[end]))
        ++end;
      if (end > at)
        visit(Token{number, line.substr(0, at), line.substr(at, end - at), line.substr(end)});
      at = std::max(end, at + 1);
    }
  }
}

void Refuse(const SourceFile& file, const Token& token, absl::string_view advice,
            Findings* findings) {
  findings->push_back(absl::StrCat(file.path, ":", token.line, ": ", token.text, "; ", advice));
}

bool IsOneOf(absl::string_view text, const Words& words) {
  return words.count(text) > 0;
}

// Whether the token is called as a function of the system: rand(), std::time(), but not map.time().
bool CallsFunction(const Token& token) {
  return absl::StartsWith(token.after, "(") && !absl::EndsWith(token.before, ".") &&
         !absl::EndsWith(token.before, "->") &&
         (!absl::EndsWith(token.before, "::") || absl::EndsWith(token.before, "std::") ||
          absl::EndsWith(token.before, " ::"));
}

bool ReadsClock(const Token& token) {
  static const auto* names =
      new Words{"system_clock", "clock_gettime", "gettimeofday", "GetCurrentTimeNanos"};
  if (token.text == "Now") return absl::EndsWith(token.before, "absl::");
  if (token.text == "time") {
    return CallsFunction(token) &&
           (absl::StartsWith(token.after, "(nullptr)") || absl::StartsWith(token.after, "(NULL)"));
  }
  return IsOneOf(token.text, *names);
}

bool DrawsChance(const Token& token) {
  static const auto* names = new Words{"random_device", "RAND_bytes", "BitGen", "InsecureBitGen"};
  if (token.text == "rand" || token.text == "srand") return CallsFunction(token);
  return IsOneOf(token.text, *names);
}

bool Sleeps(const Token& token) {
  static const auto* names =
      new Words{"SleepFor", "sleep_for", "sleep_until", "usleep", "nanosleep"};
  if (token.text == "sleep") return CallsFunction(token);
  return IsOneOf(token.text, *names);
}

void CheckIdentifier(const SourceFile& file, const Token& token, Findings* findings) {
  static const auto* sides = new Words{"src", "dst", "dest"};
  // regionBaseUrls is a field of the platform's descriptor.
  if (absl::StrContains(token.text, "region_base_urls")) return;
  for (const std::string& word : WordsOf(token.text)) {
    if (IsOneOf(word, *sides)) Refuse(file, token, "say source and target", findings);
    if (word == "region" || word == "regions") Refuse(file, token, "say realm", findings);
  }
}

// The name of the type that is defined where `token` is the keyword class or struct; empty if none
// is, as in a forward declaration or a template's parameter.
absl::string_view DefinedType(const Token& token) {
  if (token.text != "class" && token.text != "struct") return "";
  absl::string_view rest = absl::StripLeadingAsciiWhitespace(token.after);
  size_t end = 0;
  while (end < rest.size() && InIdentifier(rest[end]))
    ++end;
  const absl::string_view name = rest.substr(0, end);
  rest = absl::StripLeadingAsciiWhitespace(rest.substr(end));
  absl::ConsumePrefix(&rest, "final");
  rest = absl::StripLeadingAsciiWhitespace(rest);
  const bool defined = rest.empty() || rest[0] == '{' || rest[0] == ':';
  return defined ? name : "";
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
  Findings findings;
  const absl::string_view stem = StemOf(file.path);
  if (const std::string word = EmptyWordIn(stem); !word.empty() && !IsOneOf(stem, GivenNames())) {
    findings.push_back(absl::StrCat(file.path, ":1: \"", word,
                                    "\" in a file's name says nothing; name what it is"));
  }
  EachToken(file, [&](const Token& token) {
    CheckIdentifier(file, token, &findings);
    const absl::string_view type = DefinedType(token);
    const std::string word = EmptyWordIn(type);
    if (word.empty() || IsOneOf(type, GivenNames())) return;
    findings.push_back(absl::StrCat(file.path, ":", token.line, ": \"", word, "\" in ", type,
                                    " says nothing; name what it is"));
  });
  return findings;
}

Findings CheckClocks(const SourceFile& file) {
  // The second stands before the C library itself, in programs that a test breaks and makes slow.
  const bool is_clock =
      file.path == "common/clock.cc" || file.path == "tests/chaos/preload/faulty_machine.cc";
  const bool is_random = file.path == "common/random.cc";
  const bool may_sleep = is_clock || !IsTest(file) || file.path == "tests/support/eventually.cc";
  Findings findings;
  EachToken(file, [&](const Token& token) {
    if (!is_clock && ReadsClock(token)) {
      Refuse(file, token, "take a Clock (common/clock.h)", &findings);
    } else if (!is_random && DrawsChance(token)) {
      Refuse(file, token, "use common/random.h, or take a seed", &findings);
    } else if (!may_sleep && Sleeps(token)) {
      Refuse(file, token, "wait for a condition (tests/support/eventually.h)", &findings);
    }
  });
  return findings;
}

Findings CheckForm(const SourceFile& file) {
  // In that one file the parser's own exceptions have to be caught; ours travel with them, no
  // further than its end. In the simulated world a thrown end of a program stands for its death.
  const bool may_throw =
      file.path == "common/config/yaml.cc" || absl::StartsWith(file.path, "tests/sim/world/");
  const bool is_api = IsHeader(file) && !IsTest(file) && file.path != "common/strings.h";
  Findings findings;
  EachToken(file, [&](const Token& token) {
    if (token.text == "using" && absl::StartsWith(token.after, " namespace ")) {
      Refuse(file, token, "name what is used, not its namespace", &findings);
    } else if (token.text == "throw" && !may_throw) {
      Refuse(file, token, "return an absl::Status", &findings);
    } else if (token.text == "string_view" && is_api && absl::EndsWith(token.before, "std::")) {
      Refuse(file, token, "take an absl::string_view, which is another type here", &findings);
    }
  });
  const std::string guard = GuardOf(file.path);
  if (IsHeader(file) &&
      !absl::StrContains(file.text, absl::StrCat("#ifndef ", guard, "\n#define ", guard, "\n"))) {
    findings.push_back(absl::StrCat(file.path, ":1: the include guard is to be ", guard));
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
