#include "coordinator/ctl/local_files.h"

#include <sys/stat.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/files.h"
#include "common/random.h"
#include "common/signing.h"
#include "common/status_macros.h"

namespace realm::ctl {
namespace {

// A system of one machine is started anew more often than this.
constexpr absl::Duration kValidFor = absl::Hours(24 * 90);
constexpr int kSecretKeyBytes = 32;

absl::Status MakeFolders(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(path, ": ", error.message()));
}

}  // namespace

LocalFiles::LocalFiles(std::string folder, CertificateAndKey authority, const Validity& validity)
    : folder_(std::move(folder)), authority_(std::move(authority)), validity_(validity) {}

absl::StatusOr<LocalFiles> LocalFiles::Create(const std::string& folder, const Clock& clock) {
  RETURN_IF_ERROR(MakeFolders(folder));
  // Keys lie in it.
  if (chmod(folder.c_str(), 0700) != 0) {
    return absl::PermissionDeniedError(absl::StrCat(folder, " belongs to another user"));
  }
  const Validity validity = {clock.Now() - absl::Hours(1), clock.Now() + kValidFor};
  const std::string absolute = std::filesystem::absolute(folder).lexically_normal().string();
  LocalFiles files(absolute, MakeCa("realmctl dev", validity), validity);
  for (const absl::string_view name : {"tls", "keys", "keys/install", "config", "log", "data"})
    RETURN_IF_ERROR(files.MakeFolder(name));
  RETURN_IF_ERROR(files.Write("tls/ca.pem", files.authority_.certificate_pem, false));
  RETURN_IF_ERROR(files.WriteKeys());
  return files;
}

std::string LocalFiles::path(absl::string_view name) const {
  return absl::StrCat(folder_, "/", name);
}

absl::Status LocalFiles::Issue(const PeerIdentity& identity) const {
  ASSIGN_OR_RETURN(const CertificateAndKey leaf, IssueLeaf(authority_, ToUri(identity), validity_));
  RETURN_IF_ERROR(Write(absl::StrCat("tls/", identity.name, ".pem"), leaf.certificate_pem, false));
  return Write(absl::StrCat("tls/", identity.name, ".key"), leaf.key_pem.Reveal(), true);
}

TlsFiles LocalFiles::TlsOf(absl::string_view name) const {
  TlsFiles files;
  files.ca_file = path("tls/ca.pem");
  files.cert_file = path(absl::StrCat("tls/", name, ".pem"));
  files.key_file = path(absl::StrCat("tls/", name, ".key"));
  return files;
}

config::v1::Tls LocalFiles::TlsConfigOf(absl::string_view name) const {
  const TlsFiles files = TlsOf(name);
  config::v1::Tls tls;
  tls.set_ca_file(files.ca_file);
  tls.set_cert_file(files.cert_file);
  tls.set_key_file(files.key_file);
  return tls;
}

absl::Status LocalFiles::Write(absl::string_view name, absl::string_view contents,
                               bool secret) const {
  return WriteFileAtomically(path(name), contents, secret ? 0600 : 0644);
}

absl::Status LocalFiles::MakeFolder(absl::string_view name) const {
  return MakeFolders(path(name));
}

// The edge's key outlives a restart with the same data: secrets in the coordinator's store are
// encrypted with it.
absl::Status LocalFiles::WriteKeys() const {
  const SigningKey ticket_key = SigningKey::Generate();
  RETURN_IF_ERROR(Write("keys/ticket.pem", ticket_key.ToPem().Reveal(), true));
  RETURN_IF_ERROR(Write("keys/ticket.pub.pem", ticket_key.verifying_key().ToPem(), false));
  if (std::filesystem::exists(secret_key_file())) return absl::OkStatus();
  return Write("keys/secret", RandomBytes(kSecretKeyBytes), true);
}

}  // namespace realm::ctl
