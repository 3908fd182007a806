#include "common/http/listen_address.h"

#include <arpa/inet.h>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace realm {
namespace {

bool IsIp(const std::string& text, bool bracketed) {
  in6_addr ignored;
  return inet_pton(bracketed ? AF_INET6 : AF_INET, text.c_str(), &ignored) == 1;
}

}  // namespace

absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view address) {
  const size_t colon = address.rfind(':');
  absl::string_view host = address.substr(0, colon);
  const bool bracketed = absl::ConsumePrefix(&host, "[") && absl::ConsumeSuffix(&host, "]");
  const std::string ip = host == "localhost" ? "127.0.0.1" : std::string(host);
  int port = -1;
  const bool parsed = colon != absl::string_view::npos && IsIp(ip, bracketed) &&
                      absl::SimpleAtoi(address.substr(colon + 1), &port);
  if (!parsed || port < 0 || port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", address, "' is not an address; write it as 127.0.0.1:7480"));
  }
  return ListenAddress{ip, static_cast<uint16_t>(port)};
}

}  // namespace realm
