// The only file that sees Boost.

#include "common/http/http_server.h"

#include <map>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "common/http/listen_address.h"
#include "common/status_macros.h"

namespace realm {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Tcp = asio::ip::tcp;

// What a refused client may still send before we hang up on it: see HangUp.
constexpr size_t kLingerBytesMax = 1024 * 1024;
constexpr absl::Duration kLinger = absl::Seconds(2);
constexpr char kContinue[] = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr absl::Duration kAcceptPause = absl::Milliseconds(100);

class Connection;

// What the server shares with its connections and with answers that come late.
struct Shared {
  HttpLimits limits;
  HttpServer::Serve serve;
  HttpServer::Refuse refuse;

  // Held while a connection is held outside the server's threads, so that no socket outlives the
  // io_context. Taken before `registry_mutex`.
  absl::Mutex closing_mutex;
  bool closed ABSL_GUARDED_BY(closing_mutex) = false;

  absl::Mutex registry_mutex;
  std::map<Connection*, std::weak_ptr<Connection>> connections ABSL_GUARDED_BY(registry_mutex);
  bool draining ABSL_GUARDED_BY(registry_mutex) = false;
};

HttpRequest Decode(http::request<http::string_body>* message) {
  HttpRequest request;
  request.method = std::string(message->method_string());
  const std::string target = std::string(message->target());
  const size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  for (const auto& field : *message) {
    request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  request.body = std::move(message->body());
  return request;
}

// The other forms, "*", "host:port" and "http://host/path", are for proxies.
bool IsPlainTarget(beast::string_view target) {
  return !target.empty() && target.front() == '/' && target.find('#') == beast::string_view::npos;
}

// How a request that could not be read is answered; 0: there is nobody to tell.
int StatusOf(error_code error) {
  if (error == http::error::body_limit) return 413;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::end_of_stream || error == http::error::partial_message) return 0;
  return error.category() == http::make_error_code(http::error::bad_method).category() ? 400 : 0;
}

// One client. Everything runs on its strand; whatever is under way holds a shared_ptr to it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Tcp::socket socket, std::shared_ptr<Shared> shared)
      : shared_(std::move(shared)),
        stream_(std::move(socket)),
        respond_timer_(stream_.get_executor()),
        buffer_(shared_->limits.header_bytes_max + shared_->limits.body_bytes_max) {}

  ~Connection() {
    absl::MutexLock lock(&shared_->registry_mutex);
    shared_->connections.erase(this);
  }

  // False when there are too many, or the server drains.
  bool Register() {
    absl::MutexLock lock(&shared_->registry_mutex);
    const int count = static_cast<int>(shared_->connections.size());
    if (shared_->draining || count >= shared_->limits.connections_max) return false;
    shared_->connections.emplace(this, weak_from_this());
    return true;
  }

  void Start() {
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->AwaitRequest(); });
  }

  // These two come from other threads. REQUIRES: closing_mutex is held, and `closed` is false.
  void PostCloseIfIdle() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
      if (self->idle_) self->stream_.close();
    });
  }
  void PostAnswer(uint64_t request_number, HttpResponse response) {
    asio::post(stream_.get_executor(),
               [self = shared_from_this(), request_number, answer = std::move(response)]() mutable {
                 self->Answer(request_number, std::move(answer));
               });
  }

 private:
  void Expire(absl::Duration after) { stream_.expires_after(absl::ToChronoNanoseconds(after)); }

  // The time between requests is longer than the time for one, hence two reads.
  void AwaitRequest() {
    if (buffer_.size() > 0) return ReadHeader();
    idle_ = true;
    Expire(shared_->limits.idle_timeout);
    stream_.async_read_some(buffer_.prepare(4096),
                            [self = shared_from_this()](error_code error, size_t bytes) {
                              self->idle_ = false;
                              if (error) return self->stream_.close();
                              self->buffer_.commit(bytes);
                              self->ReadHeader();
                            });
  }

  void ReadHeader() {
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(shared_->limits.header_bytes_max));
    parser_->body_limit(shared_->limits.body_bytes_max);
    Expire(shared_->limits.read_timeout);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = shared_from_this()](error_code error, size_t) {
                              if (error) return self->Refuse(StatusOf(error));
                              self->MaybeSayContinue();
                            });
  }

  void MaybeSayContinue() {
    if (!beast::iequals(parser_->get()[http::field::expect], "100-continue")) return ReadBody();
    asio::async_write(stream_, asio::buffer(kContinue, sizeof(kContinue) - 1),
                      [self = shared_from_this()](error_code error, size_t) {
                        if (error) return self->stream_.close();
                        self->ReadBody();
                      });
  }

  void ReadBody() {
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](error_code error, size_t) {
                       if (error) return self->Refuse(StatusOf(error));
                       self->ServeRequest();
                     });
  }

  void ServeRequest() {
    http::request<http::string_body> message = parser_->release();
    head_ = message.method() == http::verb::head;
    keep_alive_ = message.keep_alive();
    version_ = message.version();
    if (!IsPlainTarget(message.target())) return Refuse(400);
    awaited_ = ++request_number_;
    stream_.expires_never();
    AwaitAnswer(awaited_);
    shared_->serve(Decode(&message), ResponderFor(awaited_));
  }

  HttpServer::Respond ResponderFor(uint64_t number) {
    // A weak pointer: the answer may come when the server and its sockets are long gone.
    return [shared = shared_, self = weak_from_this(), number](HttpResponse response) {
      absl::MutexLock lock(&shared->closing_mutex);
      if (shared->closed) return;
      const std::shared_ptr<Connection> connection = self.lock();
      if (connection != nullptr) connection->PostAnswer(number, std::move(response));
    };
  }

  // Keeps this alive while the answer is awaited.
  void AwaitAnswer(uint64_t number) {
    respond_timer_.expires_after(absl::ToChronoNanoseconds(shared_->limits.respond_timeout));
    respond_timer_.async_wait([self = shared_from_this(), number](error_code error) {
      if (!error) self->Answer(number, self->Refusal(503));
    });
  }

  void Answer(uint64_t number, HttpResponse response) {
    if (awaited_ != number) return;
    awaited_ = 0;
    respond_timer_.cancel();
    if (response.status >= 300 && response.status < 400) response = Refusal(500);
    {
      absl::MutexLock lock(&shared_->registry_mutex);
      keep_alive_ = keep_alive_ && !shared_->draining;
    }
    Write(std::move(response));
  }

  HttpResponse Refusal(int status) {
    if (shared_->refuse != nullptr) return shared_->refuse(status);
    return {status, "text/plain", {}, ""};
  }

  // 0: just hangs up.
  void Refuse(int status) {
    if (status == 0) return stream_.close();
    keep_alive_ = false;
    unread_ = true;
    Write(Refusal(status));
  }

  void Write(HttpResponse response) {
    response_ = {};
    response_.result(static_cast<unsigned>(response.status));
    response_.version(version_);
    for (const HttpHeader& header : response.headers)
      response_.insert(header.name, header.value);
    response_.set(http::field::content_type, response.content_type);
    response_.content_length(response.body.size());
    response_.keep_alive(keep_alive_);
    if (!head_) response_.body() = std::move(response.body);
    Expire(shared_->limits.write_timeout);
    http::async_write(stream_, response_, [self = shared_from_this()](error_code error, size_t) {
      if (error) return self->stream_.close();
      if (self->keep_alive_) return self->AwaitRequest();
      self->HangUp();
    });
  }

  void HangUp() {
    // Closing on unread bytes resets the connection, and the client would not see the refusal.
    if (!unread_) return stream_.close();
    error_code ignored;
    stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
    Expire(kLinger);
    buffer_.consume(buffer_.size());
    Linger(0);
  }

  void Linger(size_t bytes_so_far) {
    stream_.async_read_some(buffer_.prepare(4096),
                            [self = shared_from_this(), bytes_so_far](error_code error, size_t n) {
                              if (error || bytes_so_far + n > kLingerBytesMax) {
                                return self->stream_.close();
                              }
                              self->Linger(bytes_so_far + n);
                            });
  }

  const std::shared_ptr<Shared> shared_;
  beast::tcp_stream stream_;
  asio::steady_timer respond_timer_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  uint64_t request_number_ = 0;
  // The request that an answer is awaited for; 0: none.
  uint64_t awaited_ = 0;
  unsigned version_ = 11;
  bool idle_ = false;
  bool head_ = false;
  bool keep_alive_ = false;
  // The client may still be sending a request that was refused.
  bool unread_ = false;
};

absl::StatusOr<Tcp::endpoint> ParseEndpoint(const std::string& address) {
  ASSIGN_OR_RETURN(const ListenAddress parsed, ParseListenAddress(address));
  error_code error;
  const asio::ip::address ip = asio::ip::make_address(parsed.ip, error);
  if (error) return absl::InvalidArgumentError(absl::StrCat("'", parsed.ip, "' is not an IP"));
  return Tcp::endpoint(ip, parsed.port);
}

}  // namespace

struct HttpServer::State {
  explicit State(std::shared_ptr<Shared> with)
      : shared(std::move(with)),
        acceptor(asio::make_strand(context)),
        accept_timer(acceptor.get_executor()) {}

  absl::Status Listen(const Tcp::endpoint& endpoint);
  void Accept();
  void AcceptLater();

  const std::shared_ptr<Shared> shared;
  asio::io_context context;
  // On a strand of its own, with its timer.
  Tcp::acceptor acceptor;
  asio::steady_timer accept_timer;
  std::string address;
  std::vector<std::thread> threads;
};

absl::Status HttpServer::State::Listen(const Tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return absl::UnavailableError(error.message());
  const std::string host = endpoint.address().to_string();
  address = absl::StrCat(endpoint.address().is_v6() ? absl::StrCat("[", host, "]") : host, ":",
                         acceptor.local_endpoint().port());
  return absl::OkStatus();
}

void HttpServer::State::Accept() {
  acceptor.async_accept(asio::make_strand(context), [this](error_code error, Tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    // Out of descriptors, most likely: trying again at once would only burn the processor.
    if (error) return AcceptLater();
    socket.set_option(Tcp::no_delay(true), error);
    const auto connection = std::make_shared<Connection>(std::move(socket), shared);
    if (connection->Register()) connection->Start();
    Accept();
  });
}

void HttpServer::State::AcceptLater() {
  accept_timer.expires_after(absl::ToChronoNanoseconds(kAcceptPause));
  accept_timer.async_wait([this](error_code error) {
    if (!error && acceptor.is_open()) Accept();
  });
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& address,
                                                              const HttpLimits& limits, Serve serve,
                                                              Refuse refuse) {
  ASSIGN_OR_RETURN(const Tcp::endpoint endpoint, ParseEndpoint(address));
  auto shared = std::make_shared<Shared>();
  shared->limits = limits;
  shared->serve = std::move(serve);
  shared->refuse = std::move(refuse);
  auto state = std::make_unique<State>(std::move(shared));
  const absl::Status listening = state->Listen(endpoint);
  if (!listening.ok()) return Annotate(listening, absl::StrCat("cannot listen on ", address));
  state->Accept();
  for (int i = 0; i < limits.threads; ++i) {
    state->threads.emplace_back([context = &state->context] { context->run(); });
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpServer::~HttpServer() {
  {
    absl::MutexLock lock(&state_->shared->closing_mutex);
    state_->shared->closed = true;
  }
  state_->context.stop();
  for (std::thread& thread : state_->threads)
    thread.join();
}

const std::string& HttpServer::address() const {
  return state_->address;
}

void HttpServer::Drain(absl::Duration grace) {
  asio::post(state_->acceptor.get_executor(), [state = state_.get()] {
    error_code ignored;
    state->acceptor.close(ignored);
    state->accept_timer.cancel();
  });
  Shared& shared = *state_->shared;
  std::vector<std::weak_ptr<Connection>> connections;
  {
    absl::MutexLock lock(&shared.registry_mutex);
    shared.draining = true;
    for (const auto& [pointer, weak] : shared.connections)
      connections.push_back(weak);
  }
  for (const std::weak_ptr<Connection>& weak : connections) {
    absl::MutexLock lock(&shared.closing_mutex);
    const std::shared_ptr<Connection> connection = weak.lock();
    if (connection != nullptr) connection->PostCloseIfIdle();
  }
  absl::MutexLock lock(&shared.registry_mutex);
  const auto empty = [&shared]()
                         ABSL_NO_THREAD_SAFETY_ANALYSIS { return shared.connections.empty(); };
  shared.registry_mutex.AwaitWithTimeout(absl::Condition(&empty), grace);
}

}  // namespace realm
