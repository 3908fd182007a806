#include "coordinator/ctl/http_client.h"

#include <curl/curl.h>

#include "absl/strings/str_cat.h"

#include "common/check.h"

namespace realm::ctl {
namespace {

constexpr size_t kReplyBytesMax = 1 << 20;

struct HeaderList {
  ~HeaderList() { curl_slist_free_all(list); }
  curl_slist* list = nullptr;
};

size_t Receive(char* bytes, size_t size, size_t count, void* reply) {
  std::string& body = static_cast<HttpReply*>(reply)->body;
  if (body.size() + size * count > kReplyBytesMax) return 0;
  body.append(bytes, size * count);
  return size * count;
}

}  // namespace

struct HttpClient::State {
  CURL* handle = nullptr;
};

HttpClient::HttpClient() : state_(std::make_unique<State>()) {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  REALM_CHECK(initialized == CURLE_OK);
  state_->handle = curl_easy_init();
  REALM_CHECK(state_->handle != nullptr);
}

HttpClient::~HttpClient() {
  curl_easy_cleanup(state_->handle);
}

absl::StatusOr<HttpReply> HttpClient::Send(const HttpCall& call, absl::Duration timeout) {
  CURL* handle = state_->handle;
  HttpReply reply;
  HeaderList headers;
  for (const std::string& header : call.headers)
    headers.list = curl_slist_append(headers.list, header.c_str());
  curl_easy_reset(handle);
  curl_easy_setopt(handle, CURLOPT_URL, call.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(timeout)));
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.list);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, Receive);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &reply);
  if (call.method == "POST") {
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(call.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, call.body.c_str());
  }
  const CURLcode code = curl_easy_perform(handle);
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return absl::DeadlineExceededError(absl::StrCat(call.url, " did not answer in time"));
  }
  if (code != CURLE_OK) {
    return absl::UnavailableError(absl::StrCat(call.url, ": ", curl_easy_strerror(code)));
  }
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  return reply;
}

}  // namespace realm::ctl
