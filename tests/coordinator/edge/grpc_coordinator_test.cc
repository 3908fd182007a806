#include "coordinator/edge/grpc_coordinator.h"

#include <thread>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/clock.h"
#include "coordinator/rpc/error_info.h"
#include "tests/coordinator/edge/fake_server.h"
#include "tests/support/eventually.h"

namespace realm::edge {
namespace {

class GrpcCoordinatorTest : public testing::Test {
 protected:
  GrpcCoordinatorTest() {
    server_.Start();
    coordinator_ = std::make_unique<GrpcCoordinator>(
        ConnectTo(server_.address(), grpc::InsecureChannelCredentials()));
    // On a busy machine the connection may take longer than a call waits for it.
    EXPECT_TRUE(Eventually([this] {
      const auto tenant = Wait<v1::Tenant>(
          [this](auto done) { coordinator_->Lookup({}, Soon(), std::move(done)); });
      return !absl::IsUnavailable(tenant.status());
    }));
  }

  absl::Time Soon(absl::Duration after = absl::Seconds(10)) { return clock_.Now() + after; }

  // Waits for the answer of `call`, which is given the callback.
  template <typename Answer>
  absl::StatusOr<Answer> Wait(const std::function<void(Coordinator::Done<Answer>)>& call) {
    absl::Notification answered;
    absl::StatusOr<Answer> answer = absl::UnknownError("");
    call([&](absl::StatusOr<Answer> got) {
      answer = std::move(got);
      answered.Notify();
    });
    answered.WaitForNotification();
    return answer;
  }

  absl::StatusOr<v1::HookAnswer> Call(Hook hook, absl::Duration patience = absl::Seconds(10)) {
    v1::HookOrigin origin;
    origin.set_tenant_id("t");
    v1::HookBody body;
    body.set_location("EU");
    return Wait<v1::HookAnswer>([&](Coordinator::Done<v1::HookAnswer> done) {
      coordinator_->Call(hook, origin, body, Soon(patience), std::move(done));
    });
  }

  SystemClock clock_;
  FakeServer server_;
  std::unique_ptr<GrpcCoordinator> coordinator_;
};

TEST_F(GrpcCoordinatorTest, EachHookIsItsOwnCall) {
  for (const Hook hook : {Hook::kSchedule, Hook::kStart, Hook::kCommit, Hook::kRollback}) {
    const auto answer = Call(hook);
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->status(), ToString(hook));
    EXPECT_EQ(server_.hooks.Calls().back(), ToString(hook));
    EXPECT_EQ(server_.hooks.Origin().tenant_id(), "t");
    EXPECT_EQ(server_.hooks.Body().location(), "EU");
  }
}

TEST_F(GrpcCoordinatorTest, ARefusalKeepsItsReason) {
  server_.hooks.answer = coordinator::ToGrpc(coordinator::MakeError(
      absl::StatusCode::kFailedPrecondition,
      {"TENANT_BUSY", {{"error_response_code", "E9999"}}, {}}, "another is under way"));
  const auto answer = Call(Hook::kSchedule);
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kFailedPrecondition);
  const auto info = coordinator::GetErrorInfo(answer.status());
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->reason, "TENANT_BUSY");
}

TEST_F(GrpcCoordinatorTest, AHookWaitsForACoordinatorThatIsAboutToBeThere) {
  server_.Stop();
  // The channel has tried in vain, so that gRPC would fail a call at once.
  EXPECT_EQ(Wait<v1::Tenant>([&](Coordinator::Done<v1::Tenant> done) {
              coordinator_->Lookup({}, Soon(), std::move(done));
            })
                .status()
                .code(),
            absl::StatusCode::kUnavailable);
  std::thread start([this] { server_.Start(); });
  const auto answer = Call(Hook::kStart);
  start.join();
  EXPECT_TRUE(answer.ok()) << answer.status();
}

TEST_F(GrpcCoordinatorTest, AHookGivesUpOnACoordinatorThatIsAway) {
  server_.Stop();
  const absl::Duration began = clock_.Monotonic();
  const absl::Status status = Call(Hook::kStart, absl::Minutes(1)).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_LT(clock_.Monotonic() - began, absl::Seconds(20));
}

TEST_F(GrpcCoordinatorTest, ACallEndsByItsDeadline) {
  server_.hooks.hangs = true;
  const absl::Duration began = clock_.Monotonic();
  EXPECT_EQ(Call(Hook::kCommit, absl::Milliseconds(200)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_LT(clock_.Monotonic() - began, absl::Seconds(5));
  server_.hooks.hangs = false;
}

TEST_F(GrpcCoordinatorTest, ACoordinatorThatWasAwayIsFoundAgain) {
  EXPECT_TRUE(Call(Hook::kCommit).ok());
  server_.Stop();
  EXPECT_EQ(Call(Hook::kCommit).status().code(), absl::StatusCode::kUnavailable);
  server_.Start();
  absl::Status status = absl::UnknownError("");
  const absl::Duration began = clock_.Monotonic();
  while (!status.ok() && clock_.Monotonic() - began < absl::Seconds(30)) {
    status = Call(Hook::kCommit).status();
  }
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(GrpcCoordinatorTest, TheOtherCallsReachTheirMethods) {
  v1::MigrationRef ref;
  ref.set_migration_id("m1");
  EXPECT_EQ(Wait<v1::GetMigrationStatusResponse>([&](auto done) {
              coordinator_->GetStatus(ref, Soon(), done);
            })->status(),
            "m1");
  EXPECT_TRUE(Wait<v1::ReportTenantTrafficResponse>([&](auto done) {
                coordinator_->ReportTraffic({}, Soon(), done);
              })->recorded());
  v1::LookupTenantRequest lookup;
  lookup.set_tenant_id("t1");
  EXPECT_EQ(
      Wait<v1::Tenant>([&](auto done) { coordinator_->Lookup(lookup, Soon(), done); })->tenant_id(),
      "t1");
  v1::RegisterInstallationRequest install;
  install.set_realm("EU");
  EXPECT_EQ(Wait<v1::RegisterInstallationResponse>([&](auto done) {
              coordinator_->Register(install, Soon(), done);
            })->rule(),
            "EU");
  v1::UnregisterInstallationRequest uninstall;
  uninstall.set_tenant_id("t2");
  EXPECT_EQ(Wait<v1::UnregisterInstallationResponse>(
                [&](auto done) { coordinator_->Unregister(uninstall, Soon(), done); })
                ->tenant()
                .tenant_id(),
            "t2");
  server_.directory.answer = grpc::Status(grpc::StatusCode::NOT_FOUND, "no such tenant");
  EXPECT_EQ(Wait<v1::Tenant>([&](auto done) { coordinator_->Lookup(lookup, Soon(), done); })
                .status()
                .code(),
            absl::StatusCode::kNotFound);
}

TEST_F(GrpcCoordinatorTest, ItsEndWaitsForTheCallsUnderWay) {
  server_.hooks.hangs = true;
  bool answered = false;
  coordinator_->Call(Hook::kCommit, {}, {}, Soon(absl::Milliseconds(200)),
                     [&answered](const absl::StatusOr<v1::HookAnswer>&) { answered = true; });
  coordinator_.reset();
  EXPECT_TRUE(answered);
  server_.hooks.hangs = false;
}

}  // namespace
}  // namespace realm::edge
