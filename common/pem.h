// OpenSSL's PEM readers and writers work on BIOs; these turn them into strings. For the .cc files
// of signing and certs only.

#ifndef REALMSHIFT_COMMON_PEM_H_
#define REALMSHIFT_COMMON_PEM_H_

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

#include "common/secret.h"

namespace realm::pem_internal {

struct Deleter {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
template <typename Type>
using Owned = std::unique_ptr<Type, Deleter>;

// Each returns nothing when `pem` is not what it says; none leaves anything in OpenSSL's error
// queue, and none ever asks the terminal for a passphrase.
Owned<EVP_PKEY> ReadPrivateKey(const Secret& pem);
Owned<EVP_PKEY> ReadPublicKey(absl::string_view pem);
// The first certificate.
Owned<X509> ReadCertificate(absl::string_view pem);

Secret WritePrivateKey(const EVP_PKEY* key);
std::string WritePublicKey(const EVP_PKEY* key);
std::string WriteCertificate(const X509* certificate);

}  // namespace realm::pem_internal

#endif  // REALMSHIFT_COMMON_PEM_H_
