#include "coordinator/edge/sign_token.h"

#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <utility>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/digest.h"
#include "common/json_text.h"
#include "common/openssl.h"
#include "common/pem.h"
#include "coordinator/edge/base64url.h"

namespace realm::edge {
namespace {

std::string Join(absl::string_view header, absl::string_view claims) {
  return absl::StrCat(EncodeBase64Url(header), ".", EncodeBase64Url(claims));
}

std::string Quoted(absl::string_view text) {
  std::string json;
  AppendJsonString(text, &json);
  return json;
}

// One number of the public key, big end first.
std::string KeyNumber(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  REALM_CHECK(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  std::string bytes(static_cast<size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(&bytes[0]));
  BN_free(number);
  return bytes;
}

}  // namespace

std::string SignHs256(absl::string_view claims, const Secret& secret) {
  const std::string signed_part = Join(R"({"typ":"JWT","alg":"HS256"})", claims);
  const std::string signature = HmacSha256(secret.Reveal(), signed_part);
  return absl::StrCat(signed_part, ".", EncodeBase64Url(signature));
}

PlatformKey PlatformKey::Generate() {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  REALM_CHECK(key != nullptr);
  return PlatformKey(std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free));
}

std::string PlatformKey::SignRs256(absl::string_view claims, absl::string_view key_id) const {
  const std::string kid = key_id.empty() ? "" : absl::StrCat(R"(,"kid":)", Quoted(key_id));
  const std::string signed_part =
      Join(absl::StrCat(R"({"typ":"JWT","alg":"RS256")", kid, "}"), claims);
  const openssl::Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  REALM_CHECK(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
  const auto* bytes = openssl::Bytes(signed_part);
  std::string signature(static_cast<size_t>(EVP_PKEY_get_size(key_.get())), '\0');
  size_t size = signature.size();
  REALM_CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(&signature[0]), &size,
                             bytes, signed_part.size()) == 1);
  signature.resize(size);
  return absl::StrCat(signed_part, ".", EncodeBase64Url(signature));
}

std::string PlatformKey::PublicPem() const {
  return pem_internal::WritePublicKey(key_.get());
}

Secret PlatformKey::PrivatePem() const {
  return pem_internal::WritePrivateKey(key_.get());
}

std::string PlatformKey::KeySet(absl::string_view key_id) const {
  return absl::StrCat(R"({"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":)", Quoted(key_id),
                      R"(,"n":")", EncodeBase64Url(KeyNumber(key_.get(), OSSL_PKEY_PARAM_RSA_N)),
                      R"(","e":")", EncodeBase64Url(KeyNumber(key_.get(), OSSL_PKEY_PARAM_RSA_E)),
                      R"("}]})");
}

}  // namespace realm::edge
