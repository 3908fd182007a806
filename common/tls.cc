#include "common/tls.h"

#include <grpc/grpc.h>
#include <grpc/support/log.h>
#include <grpcpp/security/auth_context.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"

#include "common/address.h"
#include "common/certs.h"
#include "common/files.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "common/strings.h"

namespace realm {
namespace {

// Runs after gRPC has verified the chain; looks at the identity only.
class IdentityVerifier final : public grpc::experimental::ExternalCertificateVerifier {
 public:
  // Without an expected peer: anyone who has an identity.
  explicit IdentityVerifier(std::optional<ExpectedPeer> expected)
      : expected_(std::move(expected)) {}

  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* sync_status) override {
    const absl::Status status = Check(request->uri_names());
    *sync_status = status.ok() ? grpc::Status::OK
                               : grpc::Status(grpc::StatusCode::UNAUTHENTICATED,
                                              std::string(status.message()));
    return true;  // Decided here; the callback is not used.
  }

  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest*) override {}

 private:
  absl::Status Check(const std::vector<grpc::string_ref>& uris) const {
    if (uris.size() != 1) return absl::UnauthenticatedError("want exactly one URI identity");
    ASSIGN_OR_RETURN(const PeerIdentity identity, ParseIdentity(ToView(uris.front())));
    return expected_.has_value() ? CheckPeer(identity, *expected_) : absl::OkStatus();
  }

  const std::optional<ExpectedPeer> expected_;
};

std::shared_ptr<grpc::experimental::CertificateProviderInterface> Watch(const TlsFiles& files) {
  const int64_t seconds = std::max<int64_t>(1, absl::ToInt64Seconds(files.refresh_interval));
  return std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      files.key_file, files.cert_file, files.ca_file, static_cast<unsigned int>(seconds));
}

void Configure(std::optional<ExpectedPeer> expected,
               grpc::experimental::TlsCredentialsOptions* options) {
  options->watch_root_certs();
  options->watch_identity_key_cert_pairs();
  options->set_certificate_verifier(
      grpc::experimental::ExternalCertificateVerifier::Create<IdentityVerifier>(
          std::move(expected)));
  // Identities take the place of host names, on the call as on the connection.
  options->set_check_call_host(false);
}

absl::Status AsInvalidArgument(const absl::Status& status, absl::string_view field) {
  if (status.ok() || status.code() == absl::StatusCode::kFailedPrecondition) {
    return Annotate(status, field);
  }
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", status.message()));
}

// gRPC says this at every connection that is made without a host name to compare, as all of ours
// are.
constexpr absl::string_view kHostNameNotice = "No match found for server name";

void PassToLog(gpr_log_func_args* args) {
  const absl::string_view message(args->message);
  const bool matters =
      args->severity == GPR_LOG_SEVERITY_ERROR && !absl::StartsWith(message, kHostNameNotice);
  Log(matters ? Level::kWarning : Level::kDebug, "grpc", {{"text", message}});
}

}  // namespace

absl::StatusOr<PeerIdentity> OwnIdentity(const TlsFiles& files) {
  const absl::StatusOr<std::string> ca = ReadSmallFile(files.ca_file);
  RETURN_IF_ERROR(AsInvalidArgument(ca.status(), "tls.ca_file"));
  RETURN_IF_ERROR(AsInvalidArgument(SummarizeCertificate(*ca).status(), files.ca_file));
  const absl::StatusOr<std::string> certificate = ReadSmallFile(files.cert_file);
  RETURN_IF_ERROR(AsInvalidArgument(certificate.status(), "tls.cert_file"));
  absl::StatusOr<PeerIdentity> identity = IdentityInCertificate(*certificate);
  RETURN_IF_ERROR(AsInvalidArgument(identity.status(), files.cert_file));
  const absl::StatusOr<Secret> key = ReadSecretFile(files.key_file);
  RETURN_IF_ERROR(AsInvalidArgument(key.status(), "tls.key_file"));
  RETURN_IF_ERROR(AsInvalidArgument(CheckKeyFits(*certificate, *key), files.key_file));
  return identity;
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const TlsFiles& files) {
  RETURN_IF_ERROR(OwnIdentity(files).status());
  grpc::experimental::TlsServerCredentialsOptions options(Watch(files));
  Configure(std::nullopt, &options);
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeChannelCredentials(
    const TlsFiles& files, const ExpectedPeer& expected) {
  RETURN_IF_ERROR(OwnIdentity(files).status());
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(Watch(files));
  Configure(expected, &options);
  return grpc::experimental::TlsCredentials(options);
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeInsecureServerCredentials(
    absl::string_view address) {
  RETURN_IF_ERROR(RequireLoopback(address));
  return grpc::InsecureServerCredentials();
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeInsecureChannelCredentials(
    absl::string_view address) {
  RETURN_IF_ERROR(RequireLoopback(address));
  return grpc::InsecureChannelCredentials();
}

absl::StatusOr<PeerIdentity> IdentityOf(const grpc::AuthContext& connection) {
  const std::vector<grpc::string_ref> uris = connection.FindPropertyValues("peer_uri");
  if (!connection.IsPeerAuthenticated() || uris.size() != 1) {
    return absl::UnauthenticatedError("the connection has no certificate with one identity");
  }
  absl::StatusOr<PeerIdentity> identity = ParseIdentity(ToView(uris.front()));
  if (!identity.ok()) return absl::UnauthenticatedError(identity.status().message());
  return identity;
}

void RouteGrpcLogs() {
  // gRPC sets its own writer when it is first initialized, over whatever was set before.
  // Initialized here for as long as the program runs.
  grpc_init();
  gpr_set_log_function(PassToLog);
}

}  // namespace realm
