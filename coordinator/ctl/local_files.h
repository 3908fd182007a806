// The files of a system that runs on one machine: certificates, keys and configuration, made new.

#ifndef REALMSHIFT_COORDINATOR_CTL_LOCAL_FILES_H_
#define REALMSHIFT_COORDINATOR_CTL_LOCAL_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "common/certs.h"
#include "common/clock.h"
#include "common/identity.h"
#include "common/tls.h"
#include "realm/config/v1/config.pb.h"

namespace realm::ctl {

// A folder with an authority of its own. Thread safety: one thread at a time.
class LocalFiles {
 public:
  // Makes `folder` (and those above it) unless it is there; it is for this user only. Everything
  // of an earlier system in it but its data is replaced. Any error of the system.
  static absl::StatusOr<LocalFiles> Create(const std::string& folder, const Clock& clock);

  const std::string& folder() const { return folder_; }
  // A path below the folder.
  std::string path(absl::string_view name) const;

  // Issues a certificate for `identity` and writes it with its key. The same paths as TlsOf.
  absl::Status Issue(const PeerIdentity& identity) const;
  TlsFiles TlsOf(absl::string_view name) const;
  config::v1::Tls TlsConfigOf(absl::string_view name) const;

  // Those that the coordinator signs tickets with and the workers check them by.
  std::string ticket_key_file() const { return path("keys/ticket.pem"); }
  std::string ticket_public_key_file() const { return path("keys/ticket.pub.pem"); }
  // The edge's key for tenants' secrets.
  std::string secret_key_file() const { return path("keys/secret"); }
  // Public keys of whoever may sign installations.
  std::string install_keys_folder() const { return path("keys/install"); }

  absl::Status Write(absl::string_view name, absl::string_view contents, bool secret) const;
  absl::Status MakeFolder(absl::string_view name) const;

 private:
  LocalFiles(std::string folder, CertificateAndKey authority, const Validity& validity);
  absl::Status WriteKeys() const;

  std::string folder_;
  CertificateAndKey authority_;
  Validity validity_;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_LOCAL_FILES_H_
