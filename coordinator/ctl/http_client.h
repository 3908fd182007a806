// A plain HTTP client, for whoever plays the platform against an edge.

#ifndef REALMSHIFT_COORDINATOR_CTL_HTTP_CLIENT_H_
#define REALMSHIFT_COORDINATOR_CTL_HTTP_CLIENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace realm::ctl {

struct HttpCall {
  // GET or POST.
  std::string method;
  std::string url;
  // "Name: value".
  std::vector<std::string> headers;
  std::string body;
};

struct HttpReply {
  int status = 0;
  std::string body;
};

// Keeps its connections open between calls. Thread safety: one thread at a time.
class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Whatever was answered, 4xx and 5xx too. Redirects are not followed.
  //
  // Unavailable: no answer came; DeadlineExceeded: not within `timeout`.
  absl::StatusOr<HttpReply> Send(const HttpCall& call, absl::Duration timeout = absl::Seconds(10));

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_HTTP_CLIENT_H_
