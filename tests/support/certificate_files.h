// An authority of a test's own and the certificates it issues, as files.

#ifndef REALMSHIFT_TESTS_SUPPORT_CERTIFICATE_FILES_H_
#define REALMSHIFT_TESTS_SUPPORT_CERTIFICATE_FILES_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/certs.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/files.h"
#include "tests/support/temp_folder.h"

namespace realm {

// From an hour ago for two hours, by the real clock, which TLS goes by.
inline Validity ValidNow() {
  const absl::Time now = SystemClock().Now();
  return {now - absl::Hours(1), now + absl::Hours(1)};
}

class CertificateFiles {
 public:
  // The paths of one program's files, for a TlsFiles.
  struct Paths {
    std::string ca_file;
    std::string cert_file;
    std::string key_file;
  };

  CertificateFiles() : authority_(MakeCa("Test authority", ValidNow())) {
    Write("ca.pem", authority_.certificate_pem, 0644);
  }

  // Issues a certificate for `uri`. Files of the same name are replaced, key last.
  Paths Issue(absl::string_view name, absl::string_view uri, Validity validity = ValidNow()) const {
    const absl::StatusOr<CertificateAndKey> leaf = IssueLeaf(authority_, uri, validity);
    REALM_CHECK_OK(leaf.status());
    Write(absl::StrCat(name, ".pem"), leaf->certificate_pem, 0644);
    Write(absl::StrCat(name, ".key"), leaf->key_pem.Reveal(), 0600);
    return {folder_.path("ca.pem"), folder_.path(absl::StrCat(name, ".pem")),
            folder_.path(absl::StrCat(name, ".key"))};
  }

  const CertificateAndKey& authority() const { return authority_; }

 private:
  void Write(absl::string_view name, absl::string_view contents, mode_t mode) const {
    REALM_CHECK_OK(WriteFileAtomically(folder_.path(name), contents, mode));
  }

  TempFolder folder_;
  CertificateAndKey authority_;
};

}  // namespace realm

#endif  // REALMSHIFT_TESTS_SUPPORT_CERTIFICATE_FILES_H_
