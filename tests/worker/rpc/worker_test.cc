// Two whole workers of two realms on loopback, with RocksDB stores and mutual TLS, and a
// coordinator that the test plays: copy, switch, purge, and the way back.

#include "worker/rpc/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "common/config/config.h"
#include "common/files.h"
#include "common/signing.h"
#include "tests/support/certificate_files.h"
#include "tests/support/temp_folder.h"
#include "tests/worker/rpc/fake_coordinator.h"
#include "worker/connector/embedded_store.h"

namespace realm::worker {
namespace {

using testing::HasSubstr;

constexpr int kManyRecords = 20'000;  // Some pages and ranges of the real size.
constexpr absl::string_view kTenant = "acme";

// One realm's worker in threads of this process.
class RunningWorker {
 public:
  RunningWorker(const std::string& yaml, const WorkerOptions& options, const Clock& clock) {
    const absl::StatusOr<config::v1::WorkerConfig> config = ParseWorkerConfig(yaml, "worker.yaml");
    REALM_CHECK_OK(config.status());
    absl::StatusOr<std::unique_ptr<Worker>> started = Worker::Start(*config, options, clock);
    REALM_CHECK_OK(started.status());
    worker_ = *std::move(started);
    thread_ = std::thread([this] { status_ = worker_->Run(); });
  }
  ~RunningWorker() {
    worker_->Stop();
    Join().IgnoreError();
  }
  absl::Status Join() {
    if (thread_.joinable()) thread_.join();
    return status_;
  }
  Worker& worker() { return *worker_; }

 private:
  std::unique_ptr<Worker> worker_;
  absl::Status status_;
  std::thread thread_;
};

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() {
    REALM_CHECK_OK(
        WriteFileAtomically(folder_.path("ticket.pub"), key_.verifying_key().ToPem(), 0644));
    source_store_ = OpenStore("us");
    target_store_ = OpenStore("eu");
    coordinator_ = std::make_unique<FakeCoordinator>(CoordinatorCredentials());
  }

  std::unique_ptr<EmbeddedStore> OpenStore(const std::string& name) {
    absl::StatusOr<std::unique_ptr<EmbeddedStore>> store = EmbeddedStore::Open(folder_.path(name));
    REALM_CHECK_OK(store.status());
    return *std::move(store);
  }

  std::shared_ptr<grpc::ServerCredentials> CoordinatorCredentials() {
    const CertificateFiles::Paths paths =
        certificates_.Issue("coordinator", "spiffe://realmshift/coordinator/-/c1");
    return *MakeServerCredentials({paths.ca_file, paths.cert_file, paths.key_file});
  }

  // Certificates are issued for `certified`, which a test may make another worker's.
  std::string Yaml(const std::string& name, const std::string& realm, const std::string& store,
                   const std::string& certified) {
    const CertificateFiles::Paths paths = certificates_.Issue(name, certified);
    return absl::StrCat(
        "worker_id: ", name, "\nrealm: ", realm, "\ncoordinator: ", coordinator_->address(),
        "\ndata_listen: 127.0.0.1:0\nticket_public_key_file: ", folder_.path("ticket.pub"),
        "\ntls:\n  ca_file: ", paths.ca_file, "\n  cert_file: ", paths.cert_file,
        "\n  key_file: ", paths.key_file,
        "\ndatasets:\n- name: notes\n  connector: rocksdb\n  path: ", folder_.path(store), "\n");
  }
  std::unique_ptr<RunningWorker> StartWorker(const std::string& name, const std::string& realm,
                                             const std::string& store,
                                             const WorkerOptions& options = {}) {
    return std::make_unique<RunningWorker>(
        Yaml(name, realm, store, absl::StrCat("spiffe://realmshift/worker/", realm, "/", name)),
        options, clock_);
  }

  v1::JobOrder Order(v1::Job::Kind kind, const std::string& job_id, const std::string& holder,
                     const std::string& source_address = "") {
    v1::JobOrder order;
    order.set_job_id(job_id);
    order.set_kind(kind);
    order.mutable_ref()->set_app_id("app");
    order.mutable_ref()->set_tenant_id(std::string(kTenant));
    order.mutable_ref()->set_migration_id("m1");
    order.set_generation(1);
    order.set_epoch(++epoch_);
    order.set_source_realm("US");
    order.set_target_realm("EU");
    order.add_datasets("notes");
    order.add_seal_datasets("notes");
    order.set_seal_source(true);
    order.set_digest_key(std::string(32, 'k'));
    if (!source_address.empty()) {
      v1::DataEndpoint* endpoint = order.add_source_endpoints();
      endpoint->set_address(source_address);
      endpoint->add_datasets("notes");
    }
    order.set_ticket(TicketFor(order, holder));
    return order;
  }

  std::string TicketFor(const v1::JobOrder& order, const std::string& holder) {
    v1::Ticket ticket;
    *ticket.mutable_ref() = order.ref();
    ticket.set_job_id(order.job_id());
    ticket.set_generation(order.generation());
    ticket.set_epoch(order.epoch());
    ticket.set_source_realm(order.source_realm());
    ticket.set_target_realm(order.target_realm());
    ticket.set_holder_worker_id(holder);
    ticket.add_datasets("notes");
    ticket.set_may_seal(true);
    ticket.set_digest_key(order.digest_key());
    ticket.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) + 600);
    v1::SignedTicket signed_ticket;
    signed_ticket.set_ticket(ticket.SerializeAsString());
    signed_ticket.set_signature(key_.Sign(signed_ticket.ticket()));
    return signed_ticket.SerializeAsString();
  }

  // Everything of the tenant in `store`, in order.
  std::string Contents(EmbeddedStore& store) {
    std::string all;
    REALM_CHECK_OK(store.Scan(kTenant, [&](absl::string_view key, absl::string_view value) {
      absl::StrAppend(&all, key, "=", value, "\n");
      return true;
    }));
    return all;
  }

  TempFolder folder_;
  SystemClock clock_;
  const SigningKey key_ = SigningKey::Generate();
  CertificateFiles certificates_;
  std::unique_ptr<EmbeddedStore> source_store_;
  std::unique_ptr<EmbeddedStore> target_store_;
  std::unique_ptr<FakeCoordinator> coordinator_;
  uint64_t epoch_ = 0;
};

TEST_F(WorkerTest, TenantIsCopiedOpenedAndPurgedOverMutualTls) {
  ASSERT_TRUE(source_store_->Seed(kTenant, kManyRecords, 100, 1).ok());
  ASSERT_TRUE(source_store_->Seed("acmf", 100, 100, 2).ok());
  const std::string before = Contents(*source_store_);
  const auto us = StartWorker("us-1", "US", "us");
  const auto eu = StartWorker("eu-1", "EU", "eu");
  coordinator_->Order("eu-1",
                      {Order(v1::Job::KIND_COPY, "copy", "eu-1", us->worker().data_address())});
  const v1::JobReport copied = coordinator_->AwaitEnd("eu-1", "copy");
  ASSERT_EQ(copied.state(), v1::JobReport::STATE_DONE) << copied.error();
  EXPECT_EQ(copied.records_done(), kManyRecords);
  EXPECT_EQ(Contents(*target_store_), before);
  EXPECT_FALSE(source_store_->Put(kTenant, "k", "v").ok());
  EXPECT_FALSE(target_store_->Put(kTenant, "k", "v").ok());

  coordinator_->Order("eu-1", {Order(v1::Job::KIND_OPEN, "open", "")});
  ASSERT_EQ(coordinator_->AwaitEnd("eu-1", "open").state(), v1::JobReport::STATE_DONE);
  EXPECT_TRUE(target_store_->Put(kTenant, "k", "v").ok());

  v1::JobOrder purge = Order(v1::Job::KIND_PURGE, "purge", "");
  *purge.mutable_manifest() = copied.manifest();
  coordinator_->Order("us-1", {purge});
  const v1::JobReport purged = coordinator_->AwaitEnd("us-1", "purge");
  ASSERT_EQ(purged.state(), v1::JobReport::STATE_DONE) << purged.error();
  EXPECT_EQ(purged.records_erased(), kManyRecords);
  EXPECT_EQ(*source_store_->Count(kTenant), 0);
  EXPECT_EQ(*source_store_->Count("acmf"), 100);
}

TEST_F(WorkerTest, CopyIsTakenBackAndTheSourceUnsealed) {
  ASSERT_TRUE(source_store_->Seed(kTenant, kManyRecords, 100, 1).ok());
  const auto us = StartWorker("us-1", "US", "us");
  const auto eu = StartWorker("eu-1", "EU", "eu");
  coordinator_->Order("eu-1",
                      {Order(v1::Job::KIND_COPY, "copy", "eu-1", us->worker().data_address())});
  ASSERT_EQ(coordinator_->AwaitEnd("eu-1", "copy").state(), v1::JobReport::STATE_DONE);
  coordinator_->Order("eu-1", {Order(v1::Job::KIND_ROLLBACK, "rollback", "")});
  const v1::JobReport undone = coordinator_->AwaitEnd("eu-1", "rollback");
  ASSERT_EQ(undone.state(), v1::JobReport::STATE_DONE) << undone.error();
  EXPECT_EQ(undone.records_erased(), kManyRecords);
  EXPECT_EQ(*target_store_->Count(kTenant), 0);
  EXPECT_FALSE(target_store_->Put(kTenant, "k", "v").ok());
  coordinator_->Order("us-1", {Order(v1::Job::KIND_OPEN, "unseal", "")});
  ASSERT_EQ(coordinator_->AwaitEnd("us-1", "unseal").state(), v1::JobReport::STATE_DONE);
  EXPECT_TRUE(source_store_->Put(kTenant, "k", "v").ok());
}

// The certificate is the worker's own, but the ticket was given to another one.
TEST_F(WorkerTest, TicketOfAnotherWorkerIsWorthNothing) {
  const auto us = StartWorker("us-1", "US", "us");
  const auto eu = StartWorker("eu-1", "EU", "eu");
  coordinator_->Order("eu-1",
                      {Order(v1::Job::KIND_COPY, "copy", "eu-2", us->worker().data_address())});
  const v1::JobReport refused = coordinator_->AwaitEnd("eu-1", "copy");
  EXPECT_EQ(refused.state(), v1::JobReport::STATE_FAILED);
  EXPECT_THAT(refused.error(), HasSubstr("held by worker eu-2 of realm EU, not by "
                                         "spiffe://realmshift/worker/EU/eu-1"));
}

// A name that points at the wrong machine: the worker there is good, and of another realm.
TEST_F(WorkerTest, DataOfTheWrongRealmIsNotRead) {
  const auto de = StartWorker("de-1", "DE", "us");
  const auto eu = StartWorker("eu-1", "EU", "eu");
  coordinator_->Order("eu-1",
                      {Order(v1::Job::KIND_COPY, "copy", "eu-1", de->worker().data_address())});
  const v1::JobReport refused = coordinator_->AwaitEnd("eu-1", "copy");
  EXPECT_EQ(refused.state(), v1::JobReport::STATE_FAILED);
  EXPECT_EQ(refused.records_done(), 0);
}

TEST_F(WorkerTest, CertificateOfAnotherWorkerIsSaidAtTheStart) {
  const std::string yaml = Yaml("eu-1", "EU", "eu", "spiffe://realmshift/worker/US/eu-1");
  const absl::StatusOr<config::v1::WorkerConfig> config = ParseWorkerConfig(yaml, "worker.yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  const absl::Status refused = Worker::Start(*config, {}, clock_).status();
  EXPECT_TRUE(absl::IsInvalidArgument(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("is for spiffe://realmshift/worker/US/eu-1; this worker is "
                        "spiffe://realmshift/worker/EU/eu-1"));
}

TEST_F(WorkerTest, OneJobAndOutReturnsTheJobsEnd) {
  ASSERT_TRUE(source_store_->Seed(kTenant, 100, 100, 1).ok());
  const auto us = StartWorker("us-1", "US", "us");
  const auto eu = StartWorker("eu-1", "EU", "eu", {/*insecure=*/false, /*once=*/true});
  coordinator_->Order("eu-1",
                      {Order(v1::Job::KIND_COPY, "copy", "eu-1", us->worker().data_address())});
  ASSERT_EQ(coordinator_->AwaitEnd("eu-1", "copy").state(), v1::JobReport::STATE_DONE);
  EXPECT_TRUE(eu->Join().ok());

  const auto failing = StartWorker("eu-2", "EU", "eu", {/*insecure=*/false, /*once=*/true});
  coordinator_->Order("eu-2", {Order(v1::Job::KIND_COPY, "copy", "eu-1", "127.0.0.1:1")});
  EXPECT_EQ(coordinator_->AwaitEnd("eu-2", "copy").state(), v1::JobReport::STATE_FAILED);
  EXPECT_THAT(std::string(failing->Join().message()), HasSubstr("job copy failed"));
}

TEST_F(WorkerTest, DrainHandsOverAndEnds) {
  ASSERT_TRUE(source_store_->Seed(kTenant, kManyRecords, 100, 1).ok());
  const auto us = StartWorker("us-1", "US", "us");
  const auto eu = StartWorker("eu-1", "EU", "eu");
  coordinator_->Order("eu-1",
                      {Order(v1::Job::KIND_COPY, "copy", "eu-1", us->worker().data_address())});
  ASSERT_TRUE(Eventually([&] { return !coordinator_->LastFrame("eu-1").jobs().empty(); }));
  eu->worker().Drain();
  const v1::JobReport report = coordinator_->AwaitEnd("eu-1", "copy");
  EXPECT_TRUE(report.state() == v1::JobReport::STATE_RETURNED ||
              report.state() == v1::JobReport::STATE_DONE);
  EXPECT_TRUE(eu->Join().ok());
}

}  // namespace
}  // namespace realm::worker
