// Mutual TLS for gRPC, with identities (common/identity.h) in place of host names.
//
// Both ends must show a certificate that the CA file's authorities issued and that states exactly
// one identity. The files are watched: replacing them (a whole file at a time, by rename) takes
// effect for new connections within TlsFiles::refresh_interval; open ones live on, so servers
// should set a maximum connection age.
//
// Each set of credentials has a thread that watches its files: make them once, not per connection.
//
// The only file in common that knows gRPC.

#ifndef REALMSHIFT_COMMON_TLS_H_
#define REALMSHIFT_COMMON_TLS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/identity.h"

namespace grpc {
class AuthContext;
class ChannelCredentials;
class ServerCredentials;
}  // namespace grpc

namespace realm {

// Paths of PEM files.
struct TlsFiles {
  std::string ca_file;    // The authorities that may issue the peer's certificate.
  std::string cert_file;  // Our certificate, then any intermediate ones.
  std::string key_file;   // Its private key.
  absl::Duration refresh_interval = absl::Seconds(10);  // Whole seconds, at least one.
};

// What the files say about ourselves. InvalidArgument, naming the file: it cannot be read or
// parsed, or states no identity. FailedPrecondition: the key is not the certificate's, or others
// may read it.
absl::StatusOr<PeerIdentity> OwnIdentity(const TlsFiles& files);

// Credentials that let in whoever has an identity; who may call what is the services' to decide,
// by IdentityOf. The errors of OwnIdentity.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const TlsFiles& files);

// Credentials that talk to `expected` only: any other server fails the handshake, which a caller
// sees as UNAVAILABLE. The errors of OwnIdentity.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeChannelCredentials(
    const TlsFiles& files, const ExpectedPeer& expected);

// No TLS at all, for `address` on this machine. InvalidArgument: `address` is not loopback.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeInsecureServerCredentials(
    absl::string_view address);
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeInsecureChannelCredentials(
    absl::string_view address);

// Who called, from ServerContextBase::auth_context(). Unauthenticated: the connection has no TLS,
// or the certificate does not state exactly one identity.
absl::StatusOr<PeerIdentity> IdentityOf(const grpc::AuthContext& connection);

// Sends what gRPC writes to stderr through Log (common/log.h) from here on, its errors as warnings:
// they are about connections, which fail and come back. Once, at the start of a program.
void RouteGrpcLogs();

}  // namespace realm

#endif  // REALMSHIFT_COMMON_TLS_H_
