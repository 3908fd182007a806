// Ed25519 signatures: the coordinator signs the tickets with which one worker may ask another.

#ifndef REALMSHIFT_COMMON_SIGNING_H_
#define REALMSHIFT_COMMON_SIGNING_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/secret.h"

struct evp_pkey_st;  // EVP_PKEY of OpenSSL.

namespace realm {

inline constexpr size_t kSignatureBytes = 64;

// The public half: what workers hold. Thread safety: any thread may call any method.
class VerifyingKey {
 public:
  // InvalidArgument: `pem` is no Ed25519 public key in PEM.
  static absl::StatusOr<VerifyingKey> FromPem(absl::string_view pem);

  // Whether `signature` is this key's signature of exactly `bytes`.
  bool Verifies(absl::string_view bytes, absl::string_view signature) const;

  // 16 hexadecimal digits that tell this key from others; not a secret. Sent beside a signature, so
  // that keys can be exchanged one by one.
  const std::string& id() const { return id_; }

  std::string ToPem() const;

 private:
  friend class SigningKey;
  explicit VerifyingKey(std::shared_ptr<evp_pkey_st> key);

  std::shared_ptr<evp_pkey_st> key_;
  std::string id_;
};

// The private half. Thread safety: any thread may call any method.
class SigningKey {
 public:
  static SigningKey Generate();

  // InvalidArgument: `pem` is no Ed25519 private key in PEM (PKCS #8, not encrypted).
  static absl::StatusOr<SigningKey> FromPem(const Secret& pem);

  // The errors of ReadSecretFile (common/files.h) and of FromPem.
  static absl::StatusOr<SigningKey> FromFile(const std::string& path);

  // kSignatureBytes bytes. The same bytes give the same signature.
  std::string Sign(absl::string_view bytes) const;

  const VerifyingKey& verifying_key() const { return verifying_key_; }

  Secret ToPem() const;

 private:
  explicit SigningKey(std::shared_ptr<evp_pkey_st> key);

  std::shared_ptr<evp_pkey_st> key_;
  VerifyingKey verifying_key_;
};

}  // namespace realm

#endif  // REALMSHIFT_COMMON_SIGNING_H_
