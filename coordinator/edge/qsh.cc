#include "coordinator/edge/qsh.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "common/digest.h"

namespace realm::edge {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A `%` that starts no escape stays as it is, as in the platform's libraries.
std::string DecodeFormValue(absl::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
                        HexDigit(text[i + 2]) >= 0;
    if (escape) {
      decoded.push_back(static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2])));
      i += 2;
    } else {
      decoded.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return decoded;
}

bool IsUnreserved(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

// RFC 3986: everything but the unreserved characters is escaped.
std::string Encode(absl::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (IsUnreserved(c)) {
      encoded.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
  }
  return encoded;
}

std::string CanonicalPath(absl::string_view path, absl::string_view base_path) {
  CutBasePath(base_path, &path);
  std::string canonical = absl::StrReplaceAll(path, {{"&", "%26"}});
  if (!absl::StartsWith(canonical, "/")) canonical = absl::StrCat("/", canonical);
  if (canonical.size() > 1 && canonical.back() == '/') canonical.pop_back();
  return canonical;
}

std::string CanonicalQuery(absl::string_view query) {
  std::map<std::string, std::vector<std::string>> parameters;
  for (auto& [name, value] : ParseQuery(query))
    parameters[name].push_back(std::move(value));
  parameters.erase("jwt");
  std::vector<std::string> pairs;
  for (auto& [name, values] : parameters) {
    std::sort(values.begin(), values.end());
    for (std::string& value : values)
      value = Encode(value);
    pairs.push_back(absl::StrCat(Encode(name), "=", absl::StrJoin(values, ",")));
  }
  return absl::StrJoin(pairs, "&");
}

}  // namespace

std::vector<std::pair<std::string, std::string>> ParseQuery(absl::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const absl::string_view piece : absl::StrSplit(query, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(piece, absl::MaxSplits('=', 1));
    pairs.emplace_back(DecodeFormValue(parts.first), DecodeFormValue(parts.second));
  }
  return pairs;
}

bool CutBasePath(absl::string_view base_path, absl::string_view* path) {
  absl::ConsumeSuffix(&base_path, "/");
  absl::string_view rest = *path;
  if (!absl::ConsumePrefix(&rest, base_path)) return false;
  if (!rest.empty() && rest.front() != '/') return false;
  *path = rest;
  return true;
}

std::string CanonicalRequest(absl::string_view method, absl::string_view path,
                             absl::string_view query, absl::string_view base_path) {
  return absl::StrCat(absl::AsciiStrToUpper(method), "&", CanonicalPath(path, base_path), "&",
                      CanonicalQuery(query));
}

std::string QueryStringHash(absl::string_view method, absl::string_view path,
                            absl::string_view query, absl::string_view base_path) {
  return ToHex(Sha256(CanonicalRequest(method, path, query, base_path)));
}

}  // namespace realm::edge
