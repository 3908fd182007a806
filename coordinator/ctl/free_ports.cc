#include "coordinator/ctl/free_ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "common/random.h"

namespace realm::ctl {
namespace {

// Linux hands out 32768 and up.
constexpr int kFirst = 15000;
constexpr int kLast = 32000;
constexpr int kTriesMax = 10000;

sockaddr_in LoopbackAt(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// What `use` says of a new socket.
template <typename Use>
bool WithSocket(Use use) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  const bool result = use(descriptor);
  close(descriptor);
  return result;
}

}  // namespace

bool IsFree(int port) {
  return WithSocket([port](int descriptor) {
    const int yes = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    const sockaddr_in address = LoopbackAt(port);
    return bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
           listen(descriptor, 1) == 0;
  });
}

bool IsListening(int port) {
  return WithSocket([port](int descriptor) {
    const sockaddr_in address = LoopbackAt(port);
    return connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  });
}

absl::StatusOr<std::vector<int>> FindFreePorts(int count) {
  std::vector<int> ports;
  for (int tries = 0; tries < kTriesMax && static_cast<int>(ports.size()) < count; ++tries) {
    const int port = kFirst + static_cast<int>(RandomBits() % (kLast - kFirst));
    const bool taken = std::find(ports.begin(), ports.end(), port) != ports.end();
    if (!taken && IsFree(port)) ports.push_back(port);
  }
  if (static_cast<int>(ports.size()) == count) return ports;
  return absl::ResourceExhaustedError(
      absl::StrCat("this machine has no ", count, " free ports from ", kFirst, " to ", kLast));
}

}  // namespace realm::ctl
