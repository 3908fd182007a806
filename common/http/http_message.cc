#include "common/http/http_message.h"

#include "absl/strings/match.h"

namespace realm {

std::optional<absl::string_view> HttpRequest::Header(absl::string_view name) const {
  std::optional<absl::string_view> value;
  for (const HttpHeader& header : headers) {
    if (!absl::EqualsIgnoreCase(header.name, name)) continue;
    if (value.has_value()) return std::nullopt;
    value = header.value;
  }
  return value;
}

}  // namespace realm
