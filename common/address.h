// Network addresses as they are written in configuration: "127.0.0.1:7460".

#ifndef REALMSHIFT_COMMON_ADDRESS_H_
#define REALMSHIFT_COMMON_ADDRESS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace realm {

// Whether `address` (HOST:PORT, perhaps with gRPC's "ipv4:", "ipv6:" or "dns:///" before it, or
// "unix:PATH") can be reached from this machine only: 127.0.0.0/8, [::1], localhost or unix.
bool IsLoopback(absl::string_view address);

// InvalidArgument unless `address` is loopback: what goes without TLS must not leave the machine.
absl::Status RequireLoopback(absl::string_view address);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_ADDRESS_H_
