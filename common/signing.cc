#include "common/signing.h"

#include <openssl/err.h>

#include <utility>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/digest.h"
#include "common/files.h"
#include "common/openssl.h"
#include "common/pem.h"
#include "common/status_macros.h"

namespace realm {
namespace {

using openssl::Bytes;
using openssl::Owned;

bool IsEd25519(const EVP_PKEY* key) {
  return key != nullptr && EVP_PKEY_get_id(key) == EVP_PKEY_ED25519;
}

std::string RawPublic(const EVP_PKEY* key) {
  std::string raw(32, '\0');
  size_t size = raw.size();
  REALM_CHECK(EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(&raw[0]), &size));
  return raw;
}

}  // namespace

VerifyingKey::VerifyingKey(std::shared_ptr<evp_pkey_st> key)
    : key_(std::move(key)), id_(ToHex(Sha256(RawPublic(key_.get())).substr(0, 8))) {}

absl::StatusOr<VerifyingKey> VerifyingKey::FromPem(absl::string_view pem) {
  Owned<EVP_PKEY> key = pem_internal::ReadPublicKey(pem);
  if (!IsEd25519(key.get())) {
    return absl::InvalidArgumentError("not an Ed25519 public key in PEM");
  }
  return VerifyingKey(std::move(key));
}

bool VerifyingKey::Verifies(absl::string_view bytes, absl::string_view signature) const {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  REALM_CHECK(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
  const bool verifies = EVP_DigestVerify(context.get(), Bytes(signature), signature.size(),
                                         Bytes(bytes), bytes.size()) == 1;
  // What is left in this thread's error queue would be blamed on the next TLS call.
  ERR_clear_error();
  return verifies;
}

std::string VerifyingKey::ToPem() const {
  return pem_internal::WritePublicKey(key_.get());
}

SigningKey::SigningKey(std::shared_ptr<evp_pkey_st> key)
    : key_(std::move(key)), verifying_key_(key_) {}

SigningKey SigningKey::Generate() {
  Owned<EVP_PKEY> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  REALM_CHECK(key != nullptr);
  return SigningKey(std::move(key));
}

absl::StatusOr<SigningKey> SigningKey::FromPem(const Secret& pem) {
  Owned<EVP_PKEY> key = pem_internal::ReadPrivateKey(pem);
  if (!IsEd25519(key.get())) {
    return absl::InvalidArgumentError(
        "not an Ed25519 private key in PEM (openssl genpkey -algorithm ed25519)");
  }
  return SigningKey(std::move(key));
}

absl::StatusOr<SigningKey> SigningKey::FromFile(const std::string& path) {
  ASSIGN_OR_RETURN(const Secret pem, ReadSecretFile(path));
  absl::StatusOr<SigningKey> key = FromPem(pem);
  if (!key.ok()) return Annotate(key.status(), path);
  return key;
}

std::string SigningKey::Sign(absl::string_view bytes) const {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  REALM_CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
  std::string signature(kSignatureBytes, '\0');
  size_t size = signature.size();
  REALM_CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(&signature[0]), &size,
                             Bytes(bytes), bytes.size()) == 1);
  return signature;
}

Secret SigningKey::ToPem() const {
  return pem_internal::WritePrivateKey(key_.get());
}

}  // namespace realm
