// OpenSSL's PEM readers and writers work on BIOs; these turn them into strings. For the .cc files
// of signing and certs only.

#ifndef REALMSHIFT_COMMON_PEM_H_
#define REALMSHIFT_COMMON_PEM_H_

#include <openssl/pem.h>

#include <string>

#include "absl/strings/string_view.h"

#include "common/openssl.h"
#include "common/secret.h"

namespace realm::pem_internal {

using openssl::Owned;

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
