#include "coordinator/edge/fetch.h"

#include <curl/curl.h>

#include <memory>

#include "absl/strings/str_cat.h"

#include "common/address.h"
#include "common/check.h"
#include "common/status_macros.h"

namespace realm::edge {
namespace {

struct Deleter {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(char* text) const { curl_free(text); }
};
template <typename Type>
using Owned = std::unique_ptr<Type, Deleter>;

struct Body {
  std::string bytes;
  size_t bytes_max = 0;
};

// libcurl's signature. Taking fewer bytes than offered ends the transfer.
size_t Append(char* piece, size_t, size_t size, void* to) {
  auto* body = static_cast<Body*>(to);
  if (body->bytes.size() + size > body->bytes_max) return 0;
  body->bytes.append(piece, size);
  return size;
}

std::string Part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  const Owned<char> owned(text);
  return text;
}

void InitializeOnce() {
  static const bool initialized = [] {
    REALM_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    return true;
  }();
  (void)initialized;
}

Owned<CURL> Request(const std::string& url, const FetchLimits& limits, Body* body) {
  Owned<CURL> curl(curl_easy_init());
  REALM_CHECK(curl != nullptr);
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, absl::ToInt64Milliseconds(limits.timeout));
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_USERAGENT, "realm-edge");
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, Append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, body);
  return curl;
}

}  // namespace

absl::Status CheckFetchUrl(const std::string& url) {
  const Owned<CURLU> parsed(curl_url());
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    return absl::InvalidArgumentError(absl::StrCat("'", url, "' is not a URL"));
  }
  const std::string scheme = Part(parsed.get(), CURLUPART_SCHEME);
  const std::string host = Part(parsed.get(), CURLUPART_HOST);
  const bool loopback = IsLoopback(absl::StrCat(host, ":1"));
  if (scheme != "https" && !(scheme == "http" && loopback)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", url, "' must begin with https://, or be http on 127.0.0.1"));
  }
  if (!Part(parsed.get(), CURLUPART_USER).empty() ||
      !Part(parsed.get(), CURLUPART_FRAGMENT).empty()) {
    return absl::InvalidArgumentError("a URL with a user or a fragment is not fetched");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Fetch(const std::string& url, const FetchLimits& limits) {
  InitializeOnce();
  RETURN_IF_ERROR(CheckFetchUrl(url));
  Body body;
  body.bytes_max = limits.bytes_max;
  const Owned<CURL> curl = Request(url, limits, &body);
  const CURLcode result = curl_easy_perform(curl.get());
  if (result != CURLE_OK) {
    return absl::UnavailableError(absl::StrCat(url, ": ", curl_easy_strerror(result)));
  }
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status == 404) return absl::NotFoundError(absl::StrCat(url, ": 404"));
  if (status != 200) return absl::UnavailableError(absl::StrCat(url, ": status ", status));
  return std::move(body.bytes);
}

}  // namespace realm::edge
