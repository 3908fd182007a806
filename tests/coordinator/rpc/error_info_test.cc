#include "coordinator/rpc/error_info.h"

#include <grpcpp/support/status.h>

#include "gtest/gtest.h"

#include "common/limits.h"
#include "realm/v1/errors.pb.h"

namespace realm::coordinator {
namespace {

ErrorInfo Busy() {
  return {"TENANT_BUSY",
          {{"error_response_code", "E9999"}, {"migration_id", "7"}},
          absl::Milliseconds(1500)};
}

TEST(ErrorInfoTest, SurvivesTheWire) {
  const absl::Status sent =
      MakeError(absl::StatusCode::kFailedPrecondition, Busy(), "another migration is under way");
  const absl::Status received = FromGrpc(ToGrpc(sent));
  EXPECT_EQ(received.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(received.message(), "another migration is under way");
  const std::optional<ErrorInfo> info = GetErrorInfo(received);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->reason, "TENANT_BUSY");
  EXPECT_EQ(info->metadata, Busy().metadata);
  EXPECT_EQ(info->retry_delay, absl::Milliseconds(1500));
}

TEST(ErrorInfoTest, IsReadableAsGoogleRpcStatus) {
  const grpc::Status sent =
      ToGrpc(MakeError(absl::StatusCode::kUnavailable, {"SHUTTING_DOWN", {}, {}}, "draining"));
  v1::ErrorStatus error;
  ASSERT_TRUE(error.ParseFromString(sent.error_details()));
  EXPECT_EQ(error.code(), 14);
  EXPECT_EQ(error.message(), "draining");
  ASSERT_EQ(error.details_size(), 1);
  EXPECT_EQ(error.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
}

TEST(ErrorInfoTest, AnErrorOfTheWireHasNoReason) {
  const absl::Status received = FromGrpc(grpc::Status(grpc::StatusCode::UNAVAILABLE, "refused"));
  EXPECT_EQ(received.code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(GetErrorInfo(received).has_value());
  EXPECT_FALSE(GetErrorInfo(absl::OkStatus()).has_value());
}

TEST(ErrorInfoTest, DetailsThatDoNotDecodeAreLeftOut) {
  const grpc::Status damaged(grpc::StatusCode::ABORTED, "fenced", "\xff\xff\xff");
  EXPECT_FALSE(GetErrorInfo(FromGrpc(damaged)).has_value());
}

TEST(ErrorInfoTest, AnotherDomainsReasonIsNotOurs) {
  v1::ErrorInfo foreign;
  foreign.set_reason("TENANT_BUSY");
  foreign.set_domain("example.com");
  v1::ErrorStatus error;
  error.add_details()->set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  error.mutable_details(0)->set_value(foreign.SerializeAsString());
  const grpc::Status sent(grpc::StatusCode::ABORTED, "", error.SerializeAsString());
  EXPECT_FALSE(GetErrorInfo(FromGrpc(sent)).has_value());
}

TEST(ErrorInfoTest, OkStaysOk) {
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpc(grpc::Status::OK).ok());
}

TEST(ErrorInfoTest, ALongMessageIsCut) {
  const absl::Status status =
      MakeError(absl::StatusCode::kInternal, {"INVALID", {}, {}}, std::string(10000, 'x'));
  EXPECT_EQ(status.message().size(), kErrorTextBytesMax);
}

}  // namespace
}  // namespace realm::coordinator
