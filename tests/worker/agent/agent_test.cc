// The agent between a coordinator that the test plays and stores in memory. Jobs run when the test
// lets them.

#include "worker/agent/agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/worker/job_world.h"
#include "tests/support/worker/turn_executor.h"

namespace realm::worker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr absl::Duration kLease = absl::Seconds(15);

class AgentTest : public testing::Test {
 protected:
  AgentTest() { MakeAgent(0); }

  void MakeAgent(int64_t orders_max) {
    AgentOptions options;
    options.worker = WorkerId("eu-1");
    options.realm = RealmId("EU");
    options.version = "1";
    options.data_endpoint = "127.0.0.1:7470";
    options.slots = 2;
    options.incarnation = 42;
    options.orders_max = orders_max;
    AgentSurroundings surroundings;
    surroundings.stores = world_.target.stores.get();
    surroundings.clock = &clock_;
    surroundings.executor = &executor_;
    surroundings.source = [this](const v1::JobOrder& order, const StopToken&) {
      return std::make_unique<LocalSourceRealm>(*world_.source.stores, order);
    };
    surroundings.random_bits = [this] { return ++world_.nonce; };
    surroundings.frame_wanted = [this] { ++frames_wanted_; };
    agent_ = std::make_unique<Agent>(options, surroundings);
  }

  v1::JobOrder Copy(absl::string_view job_id) {
    v1::JobOrder order = world_.Order(v1::Job::KIND_COPY);
    order.set_job_id(std::string(job_id));
    return order;
  }

  void Send(const std::vector<v1::JobOrder>& orders, bool drain = false) {
    v1::AttachResponse frame;
    frame.mutable_jobs()->Assign(orders.begin(), orders.end());
    frame.mutable_lease()->set_seconds(absl::ToInt64Seconds(kLease));
    frame.mutable_frame_period()->set_seconds(2);
    if (drain) frame.mutable_drain_order()->set_reason("node reboot");
    frame.set_frame(++frames_sent_);
    agent_->OnCoordinatorFrame(frame);
  }

  std::vector<v1::JobReport::State> States() const {
    std::vector<v1::JobReport::State> states;
    const v1::AttachRequest frame = agent_->MakeFrame();
    for (const v1::JobReport& job : frame.jobs())
      states.push_back(job.state());
    return states;
  }

  JobWorld world_;
  FakeClock clock_;
  TurnExecutor executor_;
  int frames_wanted_ = 0;
  uint64_t frames_sent_ = 0;
  std::unique_ptr<Agent> agent_;
};

TEST_F(AgentTest, FrameSaysWhoThisIsAndWhatItServes) {
  const v1::AttachRequest frame = agent_->MakeFrame();
  EXPECT_EQ(frame.protocol(), 1);
  EXPECT_EQ(frame.worker_id(), "eu-1");
  EXPECT_EQ(frame.realm(), "EU");
  EXPECT_EQ(frame.data_endpoint(), "127.0.0.1:7470");
  EXPECT_EQ(frame.slots(), 2);
  EXPECT_EQ(frame.incarnation(), 42);
  EXPECT_THAT(frame.datasets(), ElementsAre("notes"));
  EXPECT_FALSE(frame.draining());
  EXPECT_THAT(frame.jobs(), IsEmpty());
}

TEST_F(AgentTest, OrderRunsOnceAndItsResultStaysUntilItIsAcknowledged) {
  world_.Seed(10);
  const v1::JobOrder order = Copy("j1");
  Send({order});
  Send({order});
  EXPECT_EQ(executor_.waiting(), 1);
  EXPECT_THAT(States(), ElementsAre(v1::JobReport::STATE_RUNNING));
  EXPECT_EQ(frames_wanted_, 1);  // That it has begun.
  ASSERT_TRUE(executor_.RunOne());
  EXPECT_EQ(frames_wanted_, 2);
  for (int i = 0; i < 3; ++i) {
    const v1::AttachRequest frame = agent_->MakeFrame();
    ASSERT_THAT(frame.jobs(), SizeIs(1));
    EXPECT_EQ(frame.jobs(0).job_id(), "j1");
    EXPECT_EQ(frame.jobs(0).epoch(), order.epoch());
    EXPECT_EQ(frame.jobs(0).state(), v1::JobReport::STATE_DONE) << frame.jobs(0).error();
    EXPECT_EQ(frame.jobs(0).records_done(), 10);
    EXPECT_THAT(frame.jobs(0).manifest(), SizeIs(1));
    Send({order});
  }
  EXPECT_EQ(executor_.waiting(), 0);
  Send({});
  EXPECT_THAT(States(), IsEmpty());
}

TEST_F(AgentTest, FrameSaysWhichCoordinatorFrameItFollows) {
  EXPECT_EQ(agent_->MakeFrame().seen_frame(), 0);
  Send({});
  Send({});
  EXPECT_EQ(agent_->MakeFrame().seen_frame(), 2);
  agent_->OnAttach();
  EXPECT_EQ(agent_->MakeFrame().seen_frame(), 0);
}

TEST_F(AgentTest, OrderThatIsOnlyNamedKeepsItsJob) {
  world_.Seed(10);
  const v1::JobOrder order = Copy("j1");
  v1::JobOrder named;
  named.set_job_id(order.job_id());
  named.set_generation(order.generation());
  named.set_epoch(order.epoch());
  named.set_known(true);
  Send({order});
  Send({named});
  ASSERT_TRUE(executor_.RunOne());
  EXPECT_THAT(States(), ElementsAre(v1::JobReport::STATE_DONE));
}

// A restored coordinator may draw the same epoch again.
TEST_F(AgentTest, OrderOfAnotherGenerationIsAnotherOrder) {
  world_.Seed(10);
  const v1::JobOrder before = Copy("j1");
  v1::JobOrder after = before;
  after.set_generation(before.generation() + 1);
  Send({before});
  Send({after});
  const v1::AttachRequest frame = agent_->MakeFrame();
  ASSERT_THAT(frame.jobs(), SizeIs(1));
  EXPECT_EQ(frame.jobs(0).generation(), after.generation());
  EXPECT_EQ(frame.jobs(0).epoch(), before.epoch());
}

TEST_F(AgentTest, OrderThatIsOnlyNamedAndNotKnownStartsNothing) {
  v1::JobOrder named;
  named.set_job_id("j1");
  named.set_epoch(3);
  named.set_known(true);
  Send({named});
  EXPECT_EQ(executor_.waiting(), 0);
  EXPECT_THAT(States(), IsEmpty());
}

TEST_F(AgentTest, OrderThatIsNotListedAnyMoreStopsAndIsForgotten) {
  world_.Seed(10);
  Send({Copy("j1")});
  Send({});
  EXPECT_THAT(States(), IsEmpty());
  ASSERT_TRUE(executor_.RunOne());
  EXPECT_THAT(States(), IsEmpty());
  EXPECT_EQ(world_.target.store->written(), 0);
}

TEST_F(AgentTest, RunningJobStopsAtItsNextPageWhenItIsDropped) {
  world_.Seed(10);
  int writes = 0;
  world_.target.faults.Before("Write", [&] {
    if (++writes == 2) Send({});
  });
  Send({Copy("j1")});
  ASSERT_TRUE(executor_.RunOne());
  EXPECT_EQ(writes, 2);
}

TEST_F(AgentTest, JobStopsByItselfWhenItsLeaseRunsOut) {
  world_.Seed(10);
  int writes = 0;
  world_.target.faults.Before("Write", [&] {
    ++writes;
    clock_.Advance(kLease / 2);
  });
  Send({Copy("j1")});
  ASSERT_TRUE(executor_.RunOne());
  EXPECT_EQ(writes, 2);
  EXPECT_THAT(States(), ElementsAre(v1::JobReport::STATE_RETURNED));
}

TEST_F(AgentTest, WallClockEndsNoLease) {
  world_.Seed(10);
  world_.target.faults.Before("Write", [&] { clock_.JumpTo(clock_.Now() + absl::Hours(24)); });
  Send({Copy("j1")});
  ASSERT_TRUE(executor_.RunOne());
  EXPECT_THAT(States(), ElementsAre(v1::JobReport::STATE_DONE));
}

TEST_F(AgentTest, EachFrameRenewsTheLease) {
  world_.Seed(30);
  const v1::JobOrder order = Copy("j1");
  world_.target.faults.Before("Write", [&] {
    clock_.Advance(kLease / 2);
    Send({order});
  });
  Send({order});
  ASSERT_TRUE(executor_.RunOne());
  EXPECT_THAT(States(), ElementsAre(v1::JobReport::STATE_DONE));
}

TEST_F(AgentTest, JobThatWaitedPastItsLeaseDoesNothing) {
  world_.Seed(10);
  Send({Copy("j1")});
  clock_.Advance(kLease);
  ASSERT_TRUE(executor_.RunOne());
  EXPECT_EQ(world_.target.store->written(), 0);
}

TEST_F(AgentTest, NewLeaseOfTheSameJobIsAnotherExecution) {
  world_.Seed(10);
  Send({Copy("j1")});
  Send({Copy("j1")});
  EXPECT_EQ(executor_.waiting(), 2);
  EXPECT_THAT(States(), SizeIs(1));
  ASSERT_TRUE(executor_.RunOne());
  ASSERT_TRUE(executor_.RunOne());
  EXPECT_THAT(States(), ElementsAre(v1::JobReport::STATE_DONE));
}

TEST_F(AgentTest, DrainHandsOverWhatRunsAndTakesNothingNew) {
  world_.Seed(10);
  const v1::JobOrder running = Copy("j1");
  int writes = 0;
  world_.target.faults.Before("Write", [&] {
    if (++writes == 2) agent_->Drain();
  });
  Send({running});
  ASSERT_TRUE(executor_.RunOne());
  EXPECT_EQ(writes, 2);
  EXPECT_TRUE(agent_->MakeFrame().draining());
  EXPECT_THAT(States(), ElementsAre(v1::JobReport::STATE_RETURNED));
  EXPECT_FALSE(agent_->IsDrained());
  const int wanted = frames_wanted_;
  const v1::JobOrder late = Copy("j2");
  Send({running, late});
  EXPECT_EQ(frames_wanted_, wanted + 1);
  EXPECT_THAT(States(), ElementsAre(v1::JobReport::STATE_RETURNED, v1::JobReport::STATE_RETURNED));
  Send({});
  EXPECT_TRUE(agent_->IsDrained());
}

TEST_F(AgentTest, AnOrderedDrainHandsOverAndMayBeTakenBack) {
  world_.Seed(10);
  const v1::JobOrder first = Copy("j1");
  int writes = 0;
  world_.target.faults.Before("Write", [&] {
    if (++writes == 2) Send({first}, /*drain=*/true);
  });
  Send({first});
  ASSERT_TRUE(executor_.RunOne());
  EXPECT_EQ(writes, 2);
  EXPECT_THAT(States(), ElementsAre(v1::JobReport::STATE_RETURNED));
  EXPECT_TRUE(agent_->MakeFrame().draining());
  EXPECT_EQ(agent_->MakeFrame().drain_order().reason(), "node reboot");
  Send({}, /*drain=*/true);
  EXPECT_FALSE(agent_->IsDrained()) << "it must stay, to be taken back";
  const int wanted = frames_wanted_;
  Send({});
  EXPECT_GT(frames_wanted_, wanted) << "the coordinator waits to hear that it works again";
  EXPECT_FALSE(agent_->MakeFrame().draining());
  Send({Copy("j2")});
  ASSERT_TRUE(executor_.RunOne());
  EXPECT_THAT(States(), ElementsAre(v1::JobReport::STATE_DONE));
}

TEST_F(AgentTest, ASignalEndsAWorkerThatWasDrainedByOrder) {
  Send({}, /*drain=*/true);
  EXPECT_FALSE(agent_->IsDrained());
  agent_->Drain();
  EXPECT_TRUE(agent_->IsDrained());
  EXPECT_TRUE(agent_->MakeFrame().draining());
  EXPECT_FALSE(agent_->MakeFrame().has_drain_order()) << "nobody can take this back";
}

TEST_F(AgentTest, WorkerForOneJobRunsItToTheEndAndIsThenDrained) {
  MakeAgent(1);
  world_.Seed(10);
  EXPECT_FALSE(agent_->IsDrained());
  const v1::JobOrder order = Copy("j1");
  Send({order});
  EXPECT_TRUE(agent_->MakeFrame().draining());
  ASSERT_TRUE(executor_.RunOne());
  EXPECT_FALSE(agent_->IsDrained());
  ASSERT_TRUE(agent_->last_finished().has_value());
  EXPECT_EQ(agent_->last_finished()->state(), v1::JobReport::STATE_DONE);
  Send({});
  EXPECT_TRUE(agent_->IsDrained());
}

TEST_F(AgentTest, ErrorsFitTheWire) {
  world_.Seed(10);
  world_.target.faults.FailFrom(
      "Write", 1, absl::InvalidArgumentError(absl::StrCat("\xff\xfe", std::string(2000, 'x'))));
  Send({Copy("j1")});
  ASSERT_TRUE(executor_.RunOne());
  const v1::AttachRequest frame = agent_->MakeFrame();
  EXPECT_EQ(frame.jobs(0).state(), v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_LE(frame.jobs(0).error().size(), kErrorTextBytesMax);
  v1::AttachRequest read;
  EXPECT_TRUE(read.ParseFromString(frame.SerializeAsString()));
}

TEST_F(AgentTest, FencedJobIsCounted) {
  world_.Seed(10);
  const v1::JobOrder order = Copy("j1");
  ASSERT_EQ(world_.Run(order).state, v1::JobReport::STATE_DONE);
  Send({order});
  ASSERT_TRUE(executor_.RunOne());
  EXPECT_EQ(agent_->MakeFrame().jobs(0).fenced_count(), 1);
}

}  // namespace
}  // namespace realm::worker
