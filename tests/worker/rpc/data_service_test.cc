// A copy whose source realm is reached over gRPC on loopback, from stores in memory, without TLS.

#include "worker/rpc/data_service.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <atomic>

#include "absl/synchronization/notification.h"

#include "tests/support/fake_clock.h"
#include "tests/support/worker/job_world.h"
#include "worker/rpc/source_client.h"

namespace realm::worker {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

constexpr int kRecords = 40;

// One worker of the source realm, that can be killed and come back under the same address.
class SourceWorker {
 public:
  SourceWorker(const Stores& stores, const TicketChecker& tickets, int streams_max = 64)
      : service_(stores, tickets, {/*insecure=*/true, streams_max}) {
    Start();
  }
  ~SourceWorker() { Kill(); }

  void Start() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(port_ == 0 ? "127.0.0.1:0" : address(),
                             grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    REALM_CHECK(server_ != nullptr && port_ != 0);
  }
  // Cuts all calls. A call of a store that is under way is waited for.
  void Kill() { server_->Shutdown(absl::ToChronoTime(absl::UnixEpoch())); }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

 private:
  DataService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class DataServiceTest : public testing::Test {
 protected:
  DataServiceTest() { world_.Seed(kRecords); }

  static absl::StatusOr<std::shared_ptr<grpc::Channel>> Dial(const std::string& address,
                                                             const RealmId&) {
    return grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  }

  v1::JobOrder WithTicket(v1::JobOrder order, const std::vector<std::string>& addresses) {
    v1::Ticket ticket;
    *ticket.mutable_ref() = order.ref();
    ticket.set_job_id(order.job_id());
    ticket.set_generation(order.generation());
    ticket.set_epoch(order.epoch());
    ticket.set_source_realm(order.source_realm());
    ticket.set_target_realm(order.target_realm());
    ticket.add_datasets("notes");
    ticket.set_may_seal(order.seal_source());
    ticket.set_digest_key(order.digest_key());
    ticket.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) + 60);
    v1::SignedTicket signed_ticket;
    signed_ticket.set_ticket(ticket.SerializeAsString());
    signed_ticket.set_signature(key_.Sign(signed_ticket.ticket()));
    order.set_ticket(signed_ticket.SerializeAsString());
    for (const std::string& address : addresses) {
      v1::DataEndpoint* endpoint = order.add_source_endpoints();
      endpoint->set_address(address);
      endpoint->add_datasets("notes");
    }
    return order;
  }

  Outcome Run(const v1::JobOrder& order) {
    GrpcSourceRealm reach(order, &Dial, world_.stop);
    JobEnvironment environment;
    environment.realm = world_.target.code;
    environment.stores = world_.target.stores.get();
    environment.source = &reach;
    environment.stop = &world_.stop;
    environment.progress = &world_.progress;
    environment.nonce = ++world_.nonce;
    return RunJob(order, environment);
  }

  bool Moved() {
    return world_.target.store->records(kTenant) == world_.source.store->records(kTenant);
  }

  JobWorld world_;
  FakeClock clock_;
  const SigningKey key_ = SigningKey::Generate();
  const TicketChecker tickets_{{key_.verifying_key()}, RealmId("US"), clock_};
};

TEST_F(DataServiceTest, TenantIsCopiedAndTheSourceSealed) {
  const SourceWorker us1(*world_.source.stores, tickets_);
  const Outcome outcome = Run(WithTicket(world_.FinalCopy(), {us1.address()}));
  ASSERT_EQ(outcome.state, v1::JobReport::STATE_DONE) << outcome.status;
  EXPECT_TRUE(Moved());
  EXPECT_EQ(world_.source.store->control(kTenant).access, Access::kClosed);
  EXPECT_EQ(world_.source.store->control(kTenant).access_epoch, world_.epoch);
  EXPECT_EQ(outcome.result.manifest[0].records(), kRecords);
}

// By a move that the coordinator has lost: what the source's worker says of it arrives.
TEST_F(DataServiceTest, SourceThatTheTenantHasLeftSaysSo) {
  const SourceWorker us1(*world_.source.stores, tickets_);
  const Outcome copied = Run(WithTicket(world_.FinalCopy(), {us1.address()}));
  ASSERT_EQ(copied.state, v1::JobReport::STATE_DONE) << copied.status;
  v1::JobOrder order = WithTicket(world_.Order(v1::Job::KIND_COPY), {us1.address()});
  order.set_scheduled_generation(2);
  EXPECT_THAT(std::string(Run(order).status.message()), HasSubstr("was sealed under generation 1"));
  ASSERT_EQ(world_.Run(world_.Purge(copied.result.manifest)).state, v1::JobReport::STATE_DONE);
  order = WithTicket(world_.Order(v1::Job::KIND_COPY), {us1.address()});
  EXPECT_THAT(std::string(Run(order).status.message()),
              HasSubstr("has deleted the tenant's records"));
}

TEST_F(DataServiceTest, WorkerThatDoesNotAnswerIsPassedOver) {
  const SourceWorker us2(*world_.source.stores, tickets_);
  SourceWorker us1(*world_.source.stores, tickets_);
  us1.Kill();
  const Outcome outcome = Run(WithTicket(world_.FinalCopy(), {us1.address(), us2.address()}));
  ASSERT_EQ(outcome.state, v1::JobReport::STATE_DONE) << outcome.status;
  EXPECT_TRUE(Moved());
}

TEST_F(DataServiceTest, BrokenPageStreamGoesOnAfterItsLastKeyAtAnotherWorker) {
  auto us1 = std::make_unique<SourceWorker>(*world_.source.stores, tickets_);
  const SourceWorker us2(*world_.source.stores, tickets_);
  int writes = 0;
  world_.target.faults.Before("Write", [&] {
    if (++writes == 3) us1.reset();
  });
  const Outcome outcome = Run(WithTicket(world_.FinalCopy(), {us1->address(), us2.address()}));
  ASSERT_EQ(outcome.state, v1::JobReport::STATE_DONE) << outcome.status;
  EXPECT_TRUE(Moved());
  EXPECT_EQ(world_.target.store->written(), kRecords);
}

TEST_F(DataServiceTest, BrokenDigestStreamGoesOn) {
  auto us1 = std::make_unique<SourceWorker>(*world_.source.stores, tickets_);
  const SourceWorker us2(*world_.source.stores, tickets_);
  world_.target.faults.Before("SaveCursor", [&] {  // The end of the filling.
    world_.target.faults.Before("DigestOf", [&] { us1.reset(); });
  });
  const Outcome outcome = Run(WithTicket(world_.FinalCopy(), {us1->address(), us2.address()}));
  ASSERT_EQ(outcome.state, v1::JobReport::STATE_DONE) << outcome.status;
  EXPECT_EQ(outcome.result.manifest[0].records(), kRecords);
}

TEST_F(DataServiceTest, OnlyWorkerThatComesBackIsWaitedFor) {
  SourceWorker us1(*world_.source.stores, tickets_);
  int writes = 0;
  world_.target.faults.Before("Write", [&] {
    if (++writes != 3) return;
    us1.Kill();
    us1.Start();
  });
  const Outcome outcome = Run(WithTicket(world_.FinalCopy(), {us1.address()}));
  ASSERT_EQ(outcome.state, v1::JobReport::STATE_DONE) << outcome.status;
  EXPECT_TRUE(Moved());
}

TEST_F(DataServiceTest, NobodyThereFailsTheAttemptInTheEnd) {
  const Outcome outcome = Run(WithTicket(world_.FinalCopy(), {}));
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED);
  EXPECT_THAT(std::string(outcome.status.message()), HasSubstr("no worker of realm US"));
}

TEST_F(DataServiceTest, StopIsObeyedWhileTheSourceIsSilent) {
  // Outlive the worker, whose threads use them to its end.
  absl::Notification go;
  std::atomic<int> reads{0};
  const SourceWorker us1(*world_.source.stores, tickets_);
  world_.source.faults.Before("Reader::Next", [&] {
    if (++reads == 2) go.WaitForNotification();
  });
  world_.stop.StopAt(12);  // Some of the questions that are asked while waiting.
  const Outcome outcome = Run(WithTicket(world_.FinalCopy(), {us1.address()}));
  go.Notify();
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_RETURNED) << outcome.status;
}

TEST_F(DataServiceTest, OrderWithoutAValidTicketGetsNothing) {
  const SourceWorker us1(*world_.source.stores, tickets_);
  v1::JobOrder order = WithTicket(world_.FinalCopy(), {us1.address()});
  order.mutable_ticket()->back() ^= 1;
  const Outcome outcome = Run(order);
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED);
  EXPECT_TRUE(absl::IsPermissionDenied(outcome.status)) << outcome.status;
  EXPECT_EQ(world_.source.store->control(kTenant).access, Access::kOpen);
}

// The tenant is the ticket's. Nothing in a request can name another.
TEST_F(DataServiceTest, TicketOpensItsTenantOnly) {
  const SourceWorker us1(*world_.source.stores, tickets_);
  v1::JobOrder order = world_.FinalCopy();
  order.mutable_ref()->set_tenant_id(std::string(kNeighbour));
  const v1::JobOrder neighbours = WithTicket(order, {us1.address()});
  GrpcSourceRealm reach(neighbours, &Dial, world_.stop);
  const std::unique_ptr<Reader> reader = *reach.ReadPages(DatasetName("notes"), "", {});
  int64_t records = 0;
  for (;;) {
    const absl::StatusOr<Page> page = reader->Next();
    ASSERT_TRUE(page.ok()) << page.status();
    if (page->record_count == 0) break;
    EXPECT_THAT(page->records, HasSubstr(std::string(kNeighbour)));
    EXPECT_THAT(page->records, Not(HasSubstr(std::string(kTenant))));
    records += page->record_count;
  }
  EXPECT_EQ(records, 5);
}

TEST_F(DataServiceTest, CopyWithoutTheRightToSealCannotSeal) {
  const SourceWorker us1(*world_.source.stores, tickets_);
  v1::JobOrder order = WithTicket(world_.Order(v1::Job::KIND_COPY), {us1.address()});
  order.set_seal_source(true);
  EXPECT_TRUE(absl::IsPermissionDenied(Run(order).status));
  EXPECT_EQ(world_.source.store->control(kTenant).access, Access::kOpen);
}

TEST_F(DataServiceTest, UnknownDatasetOrTableIsNotFound) {
  const SourceWorker us1(*world_.source.stores, tickets_);
  const v1::JobOrder order = WithTicket(world_.FinalCopy(), {us1.address()});
  const auto stub = v1::DataService::NewStub(*Dial(us1.address(), RealmId("US")));
  grpc::ClientContext context;
  v1::ReadPagesRequest request;
  request.set_ticket(order.ticket());
  request.set_dataset("notes");
  request.set_table("nowhere");
  const auto stream = stub->ReadPages(&context, request);
  v1::ReadPagesResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(DataServiceTest, OneStreamTooManyIsToldToGoElsewhere) {
  const SourceWorker full(*world_.source.stores, tickets_, /*streams_max=*/0);
  const SourceWorker us2(*world_.source.stores, tickets_);
  const Outcome outcome = Run(WithTicket(world_.FinalCopy(), {full.address(), us2.address()}));
  ASSERT_EQ(outcome.state, v1::JobReport::STATE_DONE) << outcome.status;
}

TEST_F(DataServiceTest, DamageAtTheSourceIsNotRetried) {
  const SourceWorker us1(*world_.source.stores, tickets_);
  world_.source.faults.FailFrom("Reader::Next", 3, absl::DataLossError("block checksum"));
  const Outcome outcome = Run(WithTicket(world_.FinalCopy(), {us1.address()}));
  EXPECT_EQ(outcome.state, v1::JobReport::STATE_FAILED_FOR_GOOD);
  EXPECT_THAT(std::string(outcome.status.message()), HasSubstr("block checksum"));
}

}  // namespace
}  // namespace realm::worker
