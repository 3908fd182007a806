#include "tests/chaos/link_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "common/check.h"

namespace realm::chaos {
namespace {

constexpr size_t kHeldMax = 64 * 1024;
constexpr size_t kTrickle = 8 * 1024;
// How soon a change of the mode is noticed while nothing arrives; and the beat of a link that is
// slow or lossy.
constexpr int kIdleMilliseconds = 25;
constexpr int kBeatMilliseconds = 5;
// Of what arrives together, one part in so many is lost at first; and the first two times after
// which TCP tries again.
constexpr unsigned kLostOneIn = 8;
constexpr absl::Duration kSentAgain = absl::Milliseconds(200);

sockaddr_in LoopbackAt(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int NewSocket() {
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REALM_CHECK(made >= 0);
  return made;
}

int Listen(int port) {
  const int listener = NewSocket();
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  const sockaddr_in address = LoopbackAt(port);
  REALM_CHECK(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
                  listen(listener, 64) == 0,
              "port ", port);
  fcntl(listener, F_SETFL, O_NONBLOCK);
  return listener;
}

// The other side sees a reset, not an end.
void Reset(int descriptor) {
  const linger now = {1, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  close(descriptor);
}

}  // namespace

LinkProxy::LinkProxy(int port, int target_port)
    : port_(port),
      target_port_(target_port),
      listener_(Listen(port)),
      random_(static_cast<unsigned>(port)) {
  thread_ = std::thread([this] { Run(); });
}

LinkProxy::~LinkProxy() {
  closing_ = true;
  thread_.join();
  for (const Pair& pair : pairs_)
    Close(pair);
  close(listener_);
}

void LinkProxy::Close(const Pair& pair) {
  for (const int descriptor : pair.sockets)
    Reset(descriptor);
}

bool LinkProxy::IsHeld(int from) const {
  const LinkMode mode = mode_;
  return mode == LinkMode::kHoldBoth ||
         mode == (from == 0 ? LinkMode::kHoldRequests : LinkMode::kHoldAnswers);
}

void LinkProxy::Run() {
  while (!closing_) {
    const absl::Duration now = clock_.Monotonic();
    std::vector<pollfd> waited = {{listener_, POLLIN, 0}};
    for (const Pair& pair : pairs_) {
      for (int from = 0; from < 2; ++from) {
        const bool reads = !IsHeld(from) && pair.held[from].size() < kHeldMax;
        if (reads) waited.push_back({pair.sockets[from], POLLIN, 0});
        const bool writes = !pair.held[1 - from].empty() && now >= pair.held_until[1 - from];
        if (writes) waited.push_back({pair.sockets[from], POLLOUT, 0});
      }
    }
    const bool slow = mode_ == LinkMode::kSlow;
    const bool beats = slow || mode_ == LinkMode::kLossy;
    poll(waited.data(), slow ? 0 : waited.size(), beats ? kBeatMilliseconds : kIdleMilliseconds);
    Accept();
    for (auto pair = pairs_.begin(); pair != pairs_.end();) {
      for (int from = 0; from < 2; ++from)
        Forward(*pair, from);
      const bool gone = pair->broken || mode_ == LinkMode::kReset;
      if (gone) Close(*pair);
      pair = gone ? pairs_.erase(pair) : std::next(pair);
    }
  }
}

void LinkProxy::Accept() {
  for (;;) {
    const int caller = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (caller < 0) return;
    const int target = NewSocket();
    const sockaddr_in address = LoopbackAt(target_port_);
    const bool refused =
        mode_ == LinkMode::kReset ||
        connect(target, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0;
    const Pair pair = {{caller, target}, {}, {}, false};
    if (refused) {
      Close(pair);
      continue;
    }
    for (const int descriptor : pair.sockets)
      fcntl(descriptor, F_SETFL, O_NONBLOCK);
    pairs_.push_back(pair);
  }
}

void LinkProxy::LosePacket(Pair& pair, int from) {
  if (mode_ != LinkMode::kLossy || random_() % kLostOneIn != 0) return;
  const absl::Duration late = random_() % 4 == 0 ? kSentAgain * 3 : kSentAgain;
  pair.held_until[from] = clock_.Monotonic() + late;
}

void LinkProxy::Forward(Pair& pair, int from) {
  std::string& held = pair.held[from];
  const size_t room = mode_ == LinkMode::kSlow ? kTrickle : kHeldMax;
  if (!IsHeld(from) && held.size() < room) {
    char bytes[kHeldMax];
    const ssize_t count = recv(pair.sockets[from], bytes, room - held.size(), 0);
    if (count > 0) {
      held.append(bytes, static_cast<size_t>(count));
      LosePacket(pair, from);
    }
    // An end of one direction is taken for the end of both: nobody here half-closes.
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) pair.broken = held.empty();
  }
  if (held.empty() || clock_.Monotonic() < pair.held_until[from]) return;
  const ssize_t sent = send(pair.sockets[1 - from], held.data(), held.size(), MSG_NOSIGNAL);
  if (sent > 0) held.erase(0, static_cast<size_t>(sent));
  if (sent < 0 && errno != EAGAIN && errno != EINTR) pair.broken = true;
}

}  // namespace realm::chaos
