// The platform's RSA keys, with which it signs invocation tokens and installations.

#ifndef REALMSHIFT_COORDINATOR_EDGE_PUBLIC_KEY_H_
#define REALMSHIFT_COORDINATOR_EDGE_PUBLIC_KEY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct evp_pkey_st;  // EVP_PKEY of OpenSSL.

namespace realm::edge {

// The bounds of a modulus. The platform's have 2048 bits; below that nothing is trusted, above the
// upper bound one verification would cost too much.
inline constexpr int kRsaBitsMin = 2048;
inline constexpr int kRsaBitsMax = 8192;

// Thread safety: any thread may call any method.
class PublicKey {
 public:
  // InvalidArgument: no RSA public key in PEM, or out of bounds.
  static absl::StatusOr<PublicKey> FromPem(absl::string_view pem);

  // From the modulus and the exponent, big end first, as key sets carry them. InvalidArgument: out
  // of bounds.
  static absl::StatusOr<PublicKey> FromRsa(absl::string_view modulus, absl::string_view exponent);

  // Whether `signature` is RSASSA-PKCS1-v1_5 with SHA-256 over exactly `bytes`.
  bool VerifiesRs256(absl::string_view bytes, absl::string_view signature) const;

 private:
  explicit PublicKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  static absl::StatusOr<PublicKey> Checked(std::shared_ptr<evp_pkey_st> key);

  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_PUBLIC_KEY_H_
