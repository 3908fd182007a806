// What this program uses of the machine.

#ifndef REALMSHIFT_COMMON_USAGE_H_
#define REALMSHIFT_COMMON_USAGE_H_

#include <cstdint>

#include "absl/time/time.h"

namespace realm {

struct Usage {
  absl::Duration cpu;          // User and system time since the start.
  int64_t resident_bytes = 0;  // Memory in RAM now.
  int64_t open_files = 0;      // Descriptors, sockets among them.
};

// Zero where the system does not tell.
Usage ReadUsage();

}  // namespace realm

#endif  // REALMSHIFT_COMMON_USAGE_H_
