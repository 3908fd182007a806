// Where to listen, as configuration writes it.

#ifndef REALMSHIFT_COMMON_HTTP_LISTEN_ADDRESS_H_
#define REALMSHIFT_COMMON_HTTP_LISTEN_ADDRESS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace realm {

struct ListenAddress {
  // A numeric address without brackets.
  std::string ip;
  // 0: any free one.
  uint16_t port = 0;
};

// Reads "127.0.0.1:7480", "[::1]:7480" or "localhost:7480". InvalidArgument: anything else, names
// that a resolver would have to be asked for among them.
absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view address);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_HTTP_LISTEN_ADDRESS_H_
