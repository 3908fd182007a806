// Authenticated encryption of small values at rest: tenants' shared secrets in the edge's rows.

#ifndef REALMSHIFT_COMMON_AEAD_H_
#define REALMSHIFT_COMMON_AEAD_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/secret.h"

namespace realm {

inline constexpr size_t kAeadKeyBytes = 32;
// What Seal adds to a plaintext: a nonce of 12 bytes before it and a tag of 16 after it.
inline constexpr size_t kAeadOverheadBytes = 28;

// A key for AES-256-GCM. Nonces are random, so one key must not seal more than 2^32 values.
class AeadKey {
 public:
  // InvalidArgument: not kAeadKeyBytes bytes long.
  static absl::StatusOr<AeadKey> FromBytes(Secret bytes);

  // Reads the key from a file: its 32 bytes, or 64 hexadecimal digits and perhaps a newline. The
  // errors of ReadSecretFile (common/files.h); InvalidArgument: it holds neither.
  static absl::StatusOr<AeadKey> FromFile(const std::string& path);

  static AeadKey Generate();

  const Secret& bytes() const { return bytes_; }

 private:
  explicit AeadKey(Secret bytes) : bytes_(std::move(bytes)) {}

  Secret bytes_;
};

// Encrypts `plaintext` and returns nonce, ciphertext and tag in one string. `associated_data` is
// not stored: it names where the value belongs (say "tenant/T1"), and Open must be given the same,
// so that a value moved to another row does not open there.
std::string Seal(const AeadKey& key, absl::string_view plaintext,
                 absl::string_view associated_data);

// The plaintext of what Seal returned. DataLoss: wrong key, wrong associated data, or the bytes
// are damaged; which of them cannot be told.
absl::StatusOr<Secret> Open(const AeadKey& key, absl::string_view sealed,
                            absl::string_view associated_data);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_AEAD_H_
