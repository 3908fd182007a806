#include "common/random.h"

#include <openssl/rand.h>

#include "common/check.h"

namespace realm {

std::string RandomBytes(int count) {
  std::string bytes(count, '\0');
  REALM_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&bytes[0]), count) == 1);
  return bytes;
}

uint64_t RandomBits() {
  uint64_t bits = 0;
  REALM_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&bits), sizeof(bits)) == 1);
  return bits;
}

}  // namespace realm
