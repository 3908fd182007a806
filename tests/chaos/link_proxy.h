// A link between two programs that a test can break: a TCP port of loopback whose bytes go on to
// another port, or do not.
//
// What is held back is what a partition holds back: the sender's bytes stay in its own kernel,
// nobody is told, and when the link heals they arrive.

#ifndef REALMSHIFT_TESTS_CHAOS_LINK_PROXY_H_
#define REALMSHIFT_TESTS_CHAOS_LINK_PROXY_H_

#include <array>
#include <atomic>
#include <list>
#include <random>
#include <string>
#include <thread>

#include "absl/time/time.h"

#include "common/clock.h"

namespace realm::chaos {

enum class LinkMode : int {
  kPass,
  // One way only: the caller's bytes, or those that come back, are held.
  kHoldRequests,
  kHoldAnswers,
  kHoldBoth,
  // A trickle each way.
  kSlow,
  // What programs notice of lost packets: now and then bytes come as late as when TCP sends them
  // again.
  kLossy,
  // Connections are reset, and new ones as well.
  kReset,
};

// Thread safety: any thread.
class LinkProxy {
 public:
  // Aborts when it cannot listen on `port`.
  LinkProxy(int port, int target_port);
  ~LinkProxy();
  LinkProxy(const LinkProxy&) = delete;
  LinkProxy& operator=(const LinkProxy&) = delete;

  int port() const { return port_; }
  void Set(LinkMode mode) { mode_ = mode; }

 private:
  // The two sockets of a connection, the caller's first, and what was read from each and has not
  // been sent to the other.
  struct Pair {
    std::array<int, 2> sockets;
    std::array<std::string, 2> held;
    // Not sent on before then, of the monotonic clock.
    std::array<absl::Duration, 2> held_until;
    bool broken = false;
  };

  void Run();
  void Accept();
  void Forward(Pair& pair, int from);
  bool IsHeld(int from) const;
  void LosePacket(Pair& pair, int from);
  static void Close(const Pair& pair);

  const int port_;
  const int target_port_;
  const int listener_;
  std::atomic<LinkMode> mode_{LinkMode::kPass};
  std::atomic<bool> closing_{false};
  // The thread's own.
  const SystemClock clock_;
  std::minstd_rand random_;
  std::list<Pair> pairs_;
  std::thread thread_;
};

}  // namespace realm::chaos

#endif  // REALMSHIFT_TESTS_CHAOS_LINK_PROXY_H_
