#include "common/config/syntax.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "common/address.h"
#include "common/config/words.h"
#include "common/limits.h"

namespace realm {
namespace {

constexpr absl::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr absl::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr absl::string_view kDigits = "0123456789";

std::string Wrong(absl::string_view text, absl::string_view right) {
  return absl::StrCat("is ", Quoted(text), "; write ", right);
}

bool IsOnly(absl::string_view text, absl::string_view letters) {
  return !text.empty() && text.find_first_not_of(letters) == absl::string_view::npos;
}

bool IsVisible(absl::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte == 0x7f) return false;
  }
  return !text.empty();
}

struct HostPort {
  absl::string_view host;
  absl::string_view port;  // Empty: none is given.
};

// "host", "host:port", "[v6]" or "[v6]:port"; the brackets stay with the host.
HostPort SplitHostPort(absl::string_view text) {
  const size_t bracket = text.find(']');
  const size_t colon = text.find(':', bracket == absl::string_view::npos ? 0 : bracket);
  if (colon == absl::string_view::npos) return {text, ""};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

bool IsHost(absl::string_view host) {
  if (absl::ConsumePrefix(&host, "[")) {
    return absl::ConsumeSuffix(&host, "]") && IsOnly(host, "0123456789abcdefABCDEF:.") &&
           absl::StrContains(host, ':');
  }
  return IsOnly(host, absl::StrCat(kLower, kUpper, kDigits, "-._")) && host.front() != '.' &&
         host.front() != '-';
}

bool IsPort(absl::string_view port, int port_min) {
  int number = 0;
  return port.size() <= 5 && IsOnly(port, kDigits) && absl::SimpleAtoi(port, &number) &&
         number >= port_min && number <= 65535;
}

std::string CheckAddress(absl::string_view text, int port_min) {
  const HostPort address = SplitHostPort(text);
  if (IsHost(address.host) && IsPort(address.port, port_min)) return "";
  return Wrong(
      text, absl::StrCat("HOST:PORT with a port from ", port_min, " to 65535, \"127.0.0.1:7460\""));
}

struct Url {
  bool is_https = false;
  absl::string_view authority;
};

// False unless `text` has the shape of a URL.
bool SplitUrl(absl::string_view text, Url& url) {
  if (!IsVisible(text) || text.find_first_of("?#@\\\"<>") != absl::string_view::npos) return false;
  url.is_https = absl::ConsumePrefix(&text, "https://");
  if (!url.is_https && !absl::ConsumePrefix(&text, "http://")) return false;
  url.authority = text.substr(0, text.find('/'));
  const HostPort address = SplitHostPort(url.authority);
  const bool is_port_right =
      address.port.empty() ? !absl::EndsWith(url.authority, ":") : IsPort(address.port, 1);
  return IsHost(address.host) && is_port_right;
}

// IsLoopback wants a port.
bool IsThisMachine(absl::string_view authority) {
  const absl::string_view host = SplitHostPort(authority).host;
  return IsLoopback(absl::StrCat(host, ":80"));
}

}  // namespace

std::string CheckId(absl::string_view text) {
  if (IsVisible(text) && text.size() <= kIdBytesMax) return "";
  return Wrong(text, absl::StrCat("1 to ", kIdBytesMax, " bytes without spaces"));
}

std::string CheckRealmCode(absl::string_view text) {
  if (text.size() <= kRealmCodeBytesMax && IsOnly(text, absl::StrCat(kUpper, kDigits, "-")) &&
      absl::ascii_isupper(static_cast<unsigned char>(text.front()))) {
    return "";
  }
  return Wrong(text,
               absl::StrCat("1 to ", kRealmCodeBytesMax,
                            " upper-case letters, digits and hyphens, a letter first, \"EU\""));
}

std::string CheckListenAddress(absl::string_view text) {
  return CheckAddress(text, 0);
}

std::string CheckDialAddress(absl::string_view text) {
  return CheckAddress(text, 1);
}

std::string CheckBaseUrl(absl::string_view text) {
  Url url;
  if (SplitUrl(text, url)) return "";
  return Wrong(text, "http(s)://HOST[:PORT][/PATH] without user, query and fragment");
}

std::string CheckTrustedUrl(absl::string_view text) {
  Url url;
  if (SplitUrl(text, url) && (url.is_https || IsThisMachine(url.authority))) return "";
  return Wrong(text, "https://HOST[:PORT][/PATH]; http is only for this machine (127.0.0.1)");
}

std::string CheckHookPath(absl::string_view text) {
  if (IsVisible(text) && text.size() > 1 && text.front() == '/' && text.back() != '/' &&
      !absl::StrContains(text, "//") && text.find_first_of("?#") == absl::string_view::npos) {
    return "";
  }
  return Wrong(text, "a path that begins with a slash and does not end in one, \"/dare\"");
}

bool IsAnyAddress(absl::string_view address) {
  const absl::string_view host = SplitHostPort(address).host;
  return host == "0.0.0.0" || host == "[::]";
}

}  // namespace realm
