// Numbers in the store's bytes: eight, the big end first.

#ifndef REALMSHIFT_COORDINATOR_STORE_NUMBER_H_
#define REALMSHIFT_COORDINATOR_STORE_NUMBER_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace realm::coordinator {

constexpr size_t kNumberBytes = 8;

inline void AppendNumber(uint64_t number, std::string& bytes) {
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(number >> shift));
}

// REQUIRES: `bytes` has at least kNumberBytes, and loses them.
inline uint64_t ConsumeNumber(absl::string_view& bytes) {
  uint64_t number = 0;
  for (const char c : bytes.substr(0, kNumberBytes)) {
    number = number << 8 | static_cast<unsigned char>(c);
  }
  bytes.remove_prefix(kNumberBytes);
  return number;
}

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_NUMBER_H_
