// CRC-32C (Castagnoli): finds accidents, not forgeries. With the processor's instruction it costs a
// fiftieth of a SHA-256, which matters as each row is checked when it is read and when it is
// written.

#ifndef REALMSHIFT_COORDINATOR_STORE_CRC32C_H_
#define REALMSHIFT_COORDINATOR_STORE_CRC32C_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace realm::coordinator {

// Of what `crc` is the CRC of (0: nothing), followed by `bytes`.
uint32_t ExtendCrc32c(uint32_t crc, absl::string_view bytes);

// The same without the processor's instruction; for where there is none, and for tests.
uint32_t ExtendCrc32cPortably(uint32_t crc, absl::string_view bytes);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_CRC32C_H_
