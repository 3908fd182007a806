// A blocking TCP client that sends bytes exactly as given, so that a test can be a malformed,
// slow or greedy HTTP client. Every wait has an end.

#ifndef REALMSHIFT_TESTS_SUPPORT_RAW_CLIENT_H_
#define REALMSHIFT_TESTS_SUPPORT_RAW_CLIENT_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

#include "common/check.h"

namespace realm {

// Thread safety: one thread at a time.
class RawClient {
 public:
  // Connects to "127.0.0.1:PORT".
  explicit RawClient(const std::string& address) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval timeout = {10, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
    sockaddr_in to = {};
    int port = 0;
    REALM_CHECK(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port));
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0;
  }
  ~RawClient() { close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }

  // False when the other side no longer takes them.
  bool Send(absl::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // One response: its header and, as its Content-Length says, its body. What came so far when the
  // other side closed or 10 s went by.
  std::string ReadResponse() {
    while (!HasResponse() && ReadSome()) {
    }
    const size_t end = HasResponse() ? ResponseEnd() : received_.size();
    std::string response = received_.substr(0, end);
    received_.erase(0, end);
    return response;
  }

  // Whether the other side has closed the connection, waiting for that up to 10 s.
  bool IsClosed() {
    while (ReadSome()) {
    }
    return closed_;
  }

  std::string Exchange(absl::string_view bytes) {
    Send(bytes);
    return ReadResponse();
  }

 private:
  bool ReadSome() {
    char piece[4096];
    const ssize_t count = recv(socket_, piece, sizeof(piece), 0);
    closed_ = count == 0 || (count < 0 && errno == ECONNRESET);
    if (count <= 0) return false;
    received_.append(piece, static_cast<size_t>(count));
    return true;
  }

  size_t ResponseEnd() const {
    const size_t header_end = received_.find("\r\n\r\n");
    const size_t at = received_.find("Content-Length: ");
    size_t length = 0;
    if (at < header_end) {
      REALM_CHECK(absl::SimpleAtoi(received_.substr(at + 16, received_.find("\r\n", at) - at - 16),
                                   &length));
    }
    return header_end + 4 + length;
  }

  bool HasResponse() const {
    return received_.find("\r\n\r\n") != std::string::npos && received_.size() >= ResponseEnd();
  }

  const int socket_;
  bool connected_ = false;
  bool closed_ = false;
  std::string received_;
};

}  // namespace realm

#endif  // REALMSHIFT_TESTS_SUPPORT_RAW_CLIENT_H_
