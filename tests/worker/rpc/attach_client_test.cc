// The worker's stream, against a coordinator that restarts, refuses and drains.

#include "worker/rpc/attach_client.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/worker/job_world.h"
#include "tests/worker/rpc/fake_coordinator.h"
#include "worker/agent/thread_executor.h"

namespace realm::worker {
namespace {

class AttachClientTest : public testing::Test {
 protected:
  AttachClientTest() {
    AgentOptions options;
    options.worker = WorkerId("eu-1");
    options.realm = RealmId("EU");
    options.slots = 1;
    AgentSurroundings surroundings;
    surroundings.stores = world_.target.stores.get();
    surroundings.clock = &clock_;
    surroundings.executor = &executor_;
    surroundings.source = [this](const v1::JobOrder& order, const StopToken&) {
      return std::make_unique<LocalSourceRealm>(*world_.source.stores, order);
    };
    surroundings.random_bits = [] { return uint64_t{7}; };
    surroundings.frame_wanted = [this] { client_->WantFrame(); };
    agent_ = std::make_unique<Agent>(options, surroundings);
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20);
    client_ = std::make_unique<AttachClient>(
        *agent_,
        grpc::CreateCustomChannel(coordinator_.address(), grpc::InsecureChannelCredentials(),
                                  arguments),
        1);
    thread_ = std::thread([this] { status_ = client_->Run(); });
  }
  ~AttachClientTest() override {
    client_->Stop();
    Join().IgnoreError();
  }

  absl::Status Join() {
    if (thread_.joinable()) thread_.join();
    return status_;
  }
  bool Attached() {
    return Eventually([&] { return coordinator_.LastFrame("eu-1").worker_id() == "eu-1"; });
  }

  JobWorld world_;
  SystemClock clock_;
  FakeCoordinator coordinator_;
  std::unique_ptr<Agent> agent_;
  std::unique_ptr<AttachClient> client_;
  std::thread thread_;
  absl::Status status_;
  ThreadExecutor executor_{1};
};

TEST_F(AttachClientTest, JobIsRunAndItsResultStaysUntilItIsTakenBack) {
  world_.Seed(10);
  ASSERT_TRUE(Attached());
  coordinator_.Order("eu-1", {world_.FinalCopy()});
  const v1::JobReport report = coordinator_.AwaitEnd("eu-1", "m1/main/job");
  EXPECT_EQ(report.state(), v1::JobReport::STATE_DONE) << report.error();
  EXPECT_TRUE(Eventually([&] { return coordinator_.LastFrame("eu-1").jobs().empty(); }));
  EXPECT_GT(coordinator_.LastFrame("eu-1").seen_frame(), 0);
}

TEST_F(AttachClientTest, ResultSurvivesARestartOfTheCoordinator) {
  world_.Seed(10);
  ASSERT_TRUE(Attached());
  coordinator_.Order("eu-1", {world_.FinalCopy()});
  ASSERT_TRUE(Eventually([&] {
    const v1::AttachRequest frame = coordinator_.LastFrame("eu-1");
    return frame.jobs_size() == 1 && frame.jobs(0).state() == v1::JobReport::STATE_DONE;
  }));
  coordinator_.Kill();
  coordinator_.Start();
  ASSERT_TRUE(Eventually([&] { return coordinator_.streams() >= 2; }));
  EXPECT_EQ(coordinator_.AwaitEnd("eu-1", "m1/main/job").state(), v1::JobReport::STATE_DONE);
}

TEST_F(AttachClientTest, RefusalEndsIt) {
  ASSERT_TRUE(Attached());
  coordinator_.Refuse(grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "another realm"));
  const absl::Status status = Join();
  EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
  EXPECT_EQ(status.message(), "another realm");
}

TEST_F(AttachClientTest, CoordinatorThatRestartsIsTriedAgain) {
  ASSERT_TRUE(Attached());
  coordinator_.Refuse(grpc::Status(grpc::StatusCode::UNAVAILABLE, "restarting"));
  ASSERT_TRUE(Eventually([&] { return coordinator_.streams() >= 3; }));
  coordinator_.Refuse(std::nullopt);
  const int streams = coordinator_.streams();
  EXPECT_TRUE(Eventually([&] { return coordinator_.LastFrame("eu-1").seen_frame() > 0; }));
  EXPECT_LE(coordinator_.streams(), streams + 1);
}

TEST_F(AttachClientTest, DrainEndsItOnceEverythingIsHandedOver) {
  world_.Seed(10);
  ASSERT_TRUE(Attached());
  coordinator_.Order("eu-1", {world_.FinalCopy()});
  ASSERT_TRUE(Eventually([&] { return !coordinator_.LastFrame("eu-1").jobs().empty(); }));
  agent_->Drain();
  ASSERT_TRUE(Eventually([&] { return coordinator_.LastFrame("eu-1").draining(); }));
  coordinator_.AwaitEnd("eu-1", "m1/main/job");
  EXPECT_TRUE(Join().ok());
  EXPECT_TRUE(agent_->IsDrained());
}

TEST_F(AttachClientTest, StopEndsItWhileTheCoordinatorIsAway) {
  ASSERT_TRUE(Attached());
  coordinator_.Kill();
  client_->Stop();
  EXPECT_TRUE(Join().ok());
}

}  // namespace
}  // namespace realm::worker
