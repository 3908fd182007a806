#include "coordinator/edge/public_key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "common/openssl.h"
#include "common/pem.h"

namespace realm::edge {
namespace {

using openssl::Bytes;
using openssl::Owned;

Owned<BIGNUM> Number(absl::string_view bytes) {
  return Owned<BIGNUM>(BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

// Null when OpenSSL does not take the numbers.
std::shared_ptr<EVP_PKEY> BuildRsa(const BIGNUM* modulus, const BIGNUM* exponent) {
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent);
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  const bool built =
      EVP_PKEY_fromdata_init(context.get()) == 1 &&
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1;
  ERR_clear_error();
  if (!built) return nullptr;
  return std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free);
}

}  // namespace

absl::StatusOr<PublicKey> PublicKey::Checked(std::shared_ptr<EVP_PKEY> key) {
  if (key == nullptr || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) {
    return absl::InvalidArgumentError("not an RSA public key");
  }
  const int bits = EVP_PKEY_get_bits(key.get());
  if (bits < kRsaBitsMin || bits > kRsaBitsMax) {
    return absl::InvalidArgumentError(absl::StrCat("an RSA key of ", bits, " bits; it must have ",
                                                   kRsaBitsMin, " to ", kRsaBitsMax));
  }
  return PublicKey(std::move(key));
}

absl::StatusOr<PublicKey> PublicKey::FromPem(absl::string_view pem) {
  return Checked(
      std::shared_ptr<EVP_PKEY>(pem_internal::ReadPublicKey(pem).release(), EVP_PKEY_free));
}

absl::StatusOr<PublicKey> PublicKey::FromRsa(absl::string_view modulus,
                                             absl::string_view exponent) {
  if (modulus.size() > kRsaBitsMax / 8 || exponent.size() > 8) {
    return absl::InvalidArgumentError("an RSA key with numbers too large");
  }
  const Owned<BIGNUM> n = Number(modulus);
  const Owned<BIGNUM> e = Number(exponent);
  if (!BN_is_odd(n.get()) || !BN_is_odd(e.get()) || BN_is_one(e.get())) {
    return absl::InvalidArgumentError("an RSA key with an impossible modulus or exponent");
  }
  return Checked(BuildRsa(n.get(), e.get()));
}

bool PublicKey::VerifiesRs256(absl::string_view bytes, absl::string_view signature) const {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  const bool verified =
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
      EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(bytes),
                       bytes.size()) == 1;
  ERR_clear_error();
  return verified;
}

}  // namespace realm::edge
