#include "common/tls.h"

#include <gmock/gmock.h>
#include <grpc/support/log.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/files.h"
#include "common/log.h"
#include "tests/support/certificate_files.h"

namespace realm {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::string_view kCoordinator = "spiffe://realmshift/coordinator/-/c1";
constexpr absl::string_view kWorkerEu = "spiffe://realmshift/worker/EU/eu-1";

TlsFiles Files(const CertificateFiles::Paths& paths) {
  return {paths.ca_file, paths.cert_file, paths.key_file, absl::Seconds(1)};
}

// Answers every call, whatever its name, and remembers who made the last one.
class WhoCalled final : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    caller_ = IdentityOf(*context->auth_context());
    class Reactor final : public grpc::ServerGenericBidiReactor {
     public:
      Reactor() { StartRead(&request_); }
      void OnReadDone(bool) override { StartWriteAndFinish(&request_, {}, grpc::Status::OK); }
      void OnDone() override { delete this; }
      grpc::ByteBuffer request_;
    };
    return new Reactor();
  }

  // Read after the call it is about has been answered.
  absl::StatusOr<PeerIdentity> caller_ = absl::UnknownError("no one called");
};

// A server on a free loopback port, for as long as this lives.
class Server {
 public:
  explicit Server(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
    builder.RegisterCallbackGenericService(&service_);
    server_ = builder.BuildAndStart();
  }
  ~Server() { server_->Shutdown(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  grpc::Status Call(const std::shared_ptr<grpc::ChannelCredentials>& credentials) const {
    // A pool of its own for each channel, or a later one would reuse an earlier one's connection.
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto channel =
        grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port_), credentials, arguments);
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(SystemClock().Now() + absl::Seconds(10)));
    const grpc::internal::RpcMethod method("/any/Call", grpc::internal::RpcMethod::NORMAL_RPC);
    const grpc::Slice payload("x");
    const grpc::ByteBuffer request(&payload, 1);
    grpc::ByteBuffer response;
    return grpc::internal::BlockingUnaryCall(channel.get(), method, &context, request, &response);
  }

  const absl::StatusOr<PeerIdentity>& caller() const { return service_.caller_; }

 private:
  int port_ = 0;
  WhoCalled service_;
  std::unique_ptr<grpc::Server> server_;
};

class TlsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { RouteGrpcLogs(); }

  TlsTest()
      : coordinator_(Files(certificates_.Issue("coordinator", kCoordinator))),
        worker_(Files(certificates_.Issue("worker", kWorkerEu))),
        server_(*MakeServerCredentials(coordinator_)) {}

  CertificateFiles certificates_;
  TlsFiles coordinator_;
  TlsFiles worker_;
  Server server_;
};

TEST_F(TlsTest, TheRightPeersMeetAndKnowEachOther) {
  const auto credentials = MakeChannelCredentials(worker_, {Role::kCoordinator, std::nullopt});
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  const grpc::Status status = server_.Call(*credentials);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_TRUE(server_.caller().ok()) << server_.caller().status();
  EXPECT_EQ(ToUri(*server_.caller()), kWorkerEu);
}

TEST_F(TlsTest, AServerOfAnotherRoleOrRealmIsRefused) {
  const auto other_role = MakeChannelCredentials(worker_, {Role::kWorker, std::nullopt});
  EXPECT_EQ(server_.Call(*other_role).error_code(), grpc::StatusCode::UNAVAILABLE);
  const auto other_realm = MakeChannelCredentials(worker_, {Role::kCoordinator, RealmId("EU")});
  EXPECT_EQ(server_.Call(*other_realm).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_FALSE(server_.caller().ok());

  const Server of_realm(*MakeServerCredentials(worker_));
  const auto us = MakeChannelCredentials(coordinator_, {Role::kWorker, RealmId("US")});
  EXPECT_EQ(of_realm.Call(*us).error_code(), grpc::StatusCode::UNAVAILABLE);
  const auto eu = MakeChannelCredentials(coordinator_, {Role::kWorker, RealmId("EU")});
  EXPECT_TRUE(of_realm.Call(*eu).ok());
}

TEST_F(TlsTest, AnAuthorityThatIsNotOursVouchesForNobody) {
  const CertificateFiles strangers;
  const TlsFiles stranger = Files(strangers.Issue("worker", kWorkerEu));
  // The stranger trusts our server, so that it is the server that refuses.
  const TlsFiles trusting{coordinator_.ca_file, stranger.cert_file, stranger.key_file,
                          absl::Seconds(1)};
  const auto credentials = MakeChannelCredentials(trusting, {Role::kCoordinator, std::nullopt});
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_EQ(server_.Call(*credentials).error_code(), grpc::StatusCode::UNAVAILABLE);
  const auto distrusting = MakeChannelCredentials(stranger, {Role::kCoordinator, std::nullopt});
  EXPECT_EQ(server_.Call(*distrusting).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_FALSE(server_.caller().ok());
}

TEST_F(TlsTest, PlaintextAndCertificatelessClientsAreRefused) {
  const auto plaintext = MakeInsecureChannelCredentials("127.0.0.1:1");
  EXPECT_EQ(server_.Call(*plaintext).error_code(), grpc::StatusCode::UNAVAILABLE);
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = certificates_.authority().certificate_pem;
  EXPECT_FALSE(server_.Call(grpc::SslCredentials(options)).ok());
  EXPECT_FALSE(server_.caller().ok());
}

TEST_F(TlsTest, ACertificateOutOfDateIsRefused) {
  const absl::Time now = SystemClock().Now();
  const TlsFiles expired = Files(
      certificates_.Issue("expired", kWorkerEu, {now - absl::Hours(2), now - absl::Minutes(1)}));
  const auto credentials = MakeChannelCredentials(expired, {Role::kCoordinator, std::nullopt});
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_EQ(server_.Call(*credentials).error_code(), grpc::StatusCode::UNAVAILABLE);
}

// A certificate of our own authority that states no identity of ours gets past no server.
TEST_F(TlsTest, ACertificateWithoutAnIdentityIsRefusedByTheServer) {
  const CertificateFiles::Paths odd = certificates_.Issue("odd", "https://example.com/worker");
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = certificates_.authority().certificate_pem;
  options.pem_cert_chain = *ReadSmallFile(odd.cert_file);
  options.pem_private_key = *ReadSmallFile(odd.key_file);
  EXPECT_FALSE(server_.Call(grpc::SslCredentials(options)).ok());
  EXPECT_FALSE(server_.caller().ok());
  EXPECT_THAT(std::string(OwnIdentity(Files(odd)).status().message()), HasSubstr("odd.pem"));
}

TEST_F(TlsTest, ReplacedFilesTakeEffectForNewConnections) {
  const auto credentials = MakeChannelCredentials(worker_, {Role::kCoordinator, std::nullopt});
  ASSERT_TRUE(server_.Call(*credentials).ok());
  certificates_.Issue("worker", "spiffe://realmshift/worker/EU/eu-2");
  const absl::Time deadline = SystemClock().Now() + absl::Seconds(30);
  while (server_.caller()->name != "eu-2" && SystemClock().Now() < deadline) {
    ASSERT_TRUE(server_.Call(*credentials).ok());
  }
  EXPECT_EQ(server_.caller()->name, "eu-2");
}

TEST(TlsFilesTest, WhatIsWrongWithTheFilesIsSaidBeforeAnythingStarts) {
  const CertificateFiles certificates;
  const TlsFiles good = Files(certificates.Issue("one", kWorkerEu));
  const TlsFiles other = Files(certificates.Issue("two", kWorkerEu));
  EXPECT_EQ(ToUri(*OwnIdentity(good)), kWorkerEu);

  TlsFiles files = good;
  files.ca_file = "/nowhere/ca.pem";
  EXPECT_THAT(std::string(MakeServerCredentials(files).status().message()),
              HasSubstr("tls.ca_file: cannot open /nowhere/ca.pem"));
  files = good;
  files.key_file = other.key_file;
  EXPECT_EQ(MakeServerCredentials(files).status().code(), absl::StatusCode::kFailedPrecondition);
  files = good;
  files.cert_file = good.key_file;
  EXPECT_EQ(MakeChannelCredentials(files, {}).status().code(), absl::StatusCode::kInvalidArgument);
  ASSERT_EQ(chmod(good.key_file.c_str(), 0644), 0);
  EXPECT_EQ(OwnIdentity(good).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(RouteGrpcLogsTest, WhatGrpcSaysBecomesRecords) {
  RouteGrpcLogs();
  std::vector<std::string> records;
  LogSink former =
      SetLogSink([&records](absl::string_view record) { records.emplace_back(record); });
  gpr_log(GPR_ERROR, "connection lost");
  gpr_log(GPR_ERROR, "No match found for server name: 127.0.0.1.");
  SetLogSink(std::move(former));
  EXPECT_THAT(records, Contains(HasSubstr("\"level\":\"warning\",\"message\":\"grpc\","
                                          "\"text\":\"connection lost\"")));
  EXPECT_THAT(records, Not(Contains(HasSubstr("No match"))));
}

TEST(InsecureTest, StaysOnThisMachine) {
  EXPECT_TRUE(MakeInsecureServerCredentials("127.0.0.1:0").ok());
  EXPECT_EQ(MakeInsecureServerCredentials("0.0.0.0:0").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(MakeInsecureChannelCredentials("10.0.0.1:7460").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(InsecureTest, TheCallerIsNobody) {
  const Server server(*MakeInsecureServerCredentials("127.0.0.1:0"));
  ASSERT_TRUE(server.Call(*MakeInsecureChannelCredentials("127.0.0.1:0")).ok());
  EXPECT_EQ(server.caller().status().code(), absl::StatusCode::kUnauthenticated);
}

}  // namespace
}  // namespace realm
