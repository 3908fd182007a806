// A small HTTP/1.1 server for the hooks, the console, metrics and health: asynchronous, on few
// threads, with a bound on everything a stranger can send. No TLS: what it listens on is either
// loopback or behind a proxy that ends TLS.
//
//   auto server = HttpServer::Start("127.0.0.1:7480", {},
//       [](HttpRequest request, HttpServer::Respond respond) {
//         respond({200, "text/plain", {}, "hello"});
//       });

#ifndef REALMSHIFT_COMMON_HTTP_HTTP_SERVER_H_
#define REALMSHIFT_COMMON_HTTP_HTTP_SERVER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/http/http_message.h"

namespace realm {

struct HttpLimits {
  // The path, the query and the headers together.
  size_t header_bytes_max = 16 * 1024;
  size_t body_bytes_max = 64 * 1024;
  // More are closed as soon as they are accepted.
  int connections_max = 1024;
  // From the first byte of a request to its last.
  absl::Duration read_timeout = absl::Seconds(10);
  // Between two requests on one connection.
  absl::Duration idle_timeout = absl::Seconds(60);
  // For the answer to be there; past it the client gets 503.
  absl::Duration respond_timeout = absl::Seconds(30);
  // For the client to take the answer.
  absl::Duration write_timeout = absl::Seconds(10);
  int threads = 2;
};

// Thread safety: any thread may call any method.
class HttpServer {
 public:
  // Answers one request. May be called from any thread; only the first call counts, and calls after
  // the client or the server has gone do nothing. A status of 3xx is a bug of ours that no caller
  // of a hook would survive; 500 is sent in its place.
  using Respond = std::function<void(HttpResponse)>;
  // Called on the server's threads, several requests at a time; must not block.
  using Serve = std::function<void(HttpRequest, Respond)>;
  // What a request is answered with that never reaches Serve, or is not answered by it: 400
  // malformed, 413 or 431 too large, 503 not in time, 500 for 3xx.
  using Refuse = std::function<HttpResponse(int status)>;

  // Listens on `address`, "127.0.0.1:7480" or "[::1]:7480"; port 0 takes a free one.
  //
  // InvalidArgument: `address` is not of that form. Unavailable: it cannot be listened on.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& address,
                                                           const HttpLimits& limits, Serve serve,
                                                           Refuse refuse = nullptr);

  // Stops at once: open requests are dropped. After this Serve is not called any more.
  ~HttpServer();

  // Where it listens, with the port that was taken.
  const std::string& address() const;

  // Takes no new connections and no further requests, and waits until the open requests are
  // answered, at most for `grace`.
  void Drain(absl::Duration grace);

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace realm

#endif  // REALMSHIFT_COMMON_HTTP_HTTP_SERVER_H_
