#include "common/secret.h"

#include <openssl/crypto.h>

namespace realm {

Secret::Secret(std::string&& bytes) : bytes_(bytes.begin(), bytes.end()) {
  OPENSSL_cleanse(&bytes[0], bytes.size());
  bytes.clear();
}

Secret& Secret::operator=(const Secret& other) {
  if (this == &other) return *this;
  Wipe();
  bytes_ = std::vector<char>(other.bytes_);
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  Wipe();
  bytes_ = std::move(other.bytes_);
  other.bytes_.clear();
  return *this;
}

void Secret::Wipe() {
  if (!bytes_.empty()) OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

bool operator==(const Secret& a, const Secret& b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.bytes_.data(), b.bytes_.data(), a.size()) == 0;
}

}  // namespace realm
