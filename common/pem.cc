#include "common/pem.h"

#include <openssl/err.h>

#include "common/check.h"

namespace realm::pem_internal {
namespace {

Owned<BIO> ReaderOf(absl::string_view pem) {
  Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  REALM_CHECK(bio != nullptr);
  return bio;
}

// Without a callback OpenSSL would ask the terminal for the passphrase of an encrypted key.
int NoPassphrase(char*, int, int, void*) {
  return -1;
}

template <typename Type>
Owned<Type> Take(Type* object) {
  ERR_clear_error();
  return Owned<Type>(object);
}

absl::string_view Contents(BIO* bio) {
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<size_t>(size)};
}

}  // namespace

Owned<EVP_PKEY> ReadPrivateKey(const Secret& pem) {
  const Owned<BIO> bio = ReaderOf(pem.Reveal());
  return Take(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr));
}

Owned<EVP_PKEY> ReadPublicKey(absl::string_view pem) {
  const Owned<BIO> bio = ReaderOf(pem);
  return Take(PEM_read_bio_PUBKEY(bio.get(), nullptr, NoPassphrase, nullptr));
}

Owned<X509> ReadCertificate(absl::string_view pem) {
  const Owned<BIO> bio = ReaderOf(pem);
  return Take(PEM_read_bio_X509(bio.get(), nullptr, NoPassphrase, nullptr));
}

Secret WritePrivateKey(const EVP_PKEY* key) {
  // Memory from OpenSSL's secure kind is overwritten when it is freed.
  const Owned<BIO> bio(BIO_new(BIO_s_secmem()));
  REALM_CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr));
  return Secret(Contents(bio.get()));
}

std::string WritePublicKey(const EVP_PKEY* key) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  REALM_CHECK(PEM_write_bio_PUBKEY(bio.get(), key));
  return std::string(Contents(bio.get()));
}

std::string WriteCertificate(const X509* certificate) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  REALM_CHECK(PEM_write_bio_X509(bio.get(), certificate));
  return std::string(Contents(bio.get()));
}

}  // namespace realm::pem_internal
