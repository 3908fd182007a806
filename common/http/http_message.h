// A request and a response, as those who serve them see them.

#ifndef REALMSHIFT_COMMON_HTTP_HTTP_MESSAGE_H_
#define REALMSHIFT_COMMON_HTTP_HTTP_MESSAGE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace realm {

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  // As sent; methods are upper case.
  std::string method;
  // Percent-encoded as sent; begins with "/". Dots and doubled slashes are not resolved.
  std::string path;
  // Without the question mark.
  std::string query;
  std::vector<HttpHeader> headers;
  std::string body;

  // The value of a header that must come once, its name in any case. Nothing when it is absent or
  // comes twice: of two values one reader would take the first and another the last.
  std::optional<absl::string_view> Header(absl::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<HttpHeader> headers;
  std::string body;
};

}  // namespace realm

#endif  // REALMSHIFT_COMMON_HTTP_HTTP_MESSAGE_H_
