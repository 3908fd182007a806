// A small certificate authority for `realmctl dev` and for tests, and the reading of certificates.
// In production certificates come from the operator's own authority.

#ifndef REALMSHIFT_COMMON_CERTS_H_
#define REALMSHIFT_COMMON_CERTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/identity.h"
#include "common/secret.h"

namespace realm {

struct CertificateAndKey {
  std::string certificate_pem;
  Secret key_pem;  // PKCS #8, not encrypted.
};

struct Validity {
  absl::Time not_before;
  absl::Time not_after;
};

// A self-signed authority with an EC P-256 key, which may issue leaves only.
CertificateAndKey MakeCa(absl::string_view common_name, const Validity& validity);

// A certificate for both ends of a connection, with a new EC P-256 key and `uri` as its one
// subject alternative name. InvalidArgument: `authority` is no pair that MakeCa returned.
absl::StatusOr<CertificateAndKey> IssueLeaf(const CertificateAndKey& authority,
                                            absl::string_view uri, const Validity& validity);

// What a certificate says about its owner.
struct CertificateSummary {
  std::vector<std::string> uris;
  Validity validity;
};

// Summary of the first certificate in `pem`. InvalidArgument: there is none.
absl::StatusOr<CertificateSummary> SummarizeCertificate(absl::string_view pem);

// The identity in the first certificate of `pem`. InvalidArgument: no certificate, or not exactly
// one URI in it, or a URI that ParseIdentity refuses.
absl::StatusOr<PeerIdentity> IdentityInCertificate(absl::string_view pem);

// Whether `key_pem` is the private key of the first certificate in `certificate_pem`.
// InvalidArgument: one of them cannot be read. FailedPrecondition: they are of different pairs.
absl::Status CheckKeyFits(absl::string_view certificate_pem, const Secret& key_pem);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_CERTS_H_
