// Whoever has no ticket, a forged one, or one for something else learns nothing.

#include "worker/rpc/ticket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace realm::worker {
namespace {

using testing::HasSubstr;

class TicketTest : public testing::Test {
 protected:
  TicketTest() {
    ticket_.mutable_ref()->set_tenant_id("acme");
    ticket_.set_source_realm("US");
    ticket_.set_target_realm("EU");
    ticket_.set_holder_worker_id("eu-1");
    ticket_.add_datasets("notes");
    ticket_.add_datasets("files");
    ticket_.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) + 60);
  }

  std::string Sign(const v1::Ticket& ticket) const {
    v1::SignedTicket signed_ticket;
    signed_ticket.set_ticket(ticket.SerializeAsString());
    signed_ticket.set_signature(key_.Sign(signed_ticket.ticket()));
    return signed_ticket.SerializeAsString();
  }

  absl::Status Check(absl::string_view bytes, Verb verb = Verb::kRead,
                     const std::vector<std::string>& datasets = {"notes"}) const {
    return checker_.Check(bytes, verb, datasets, caller_).status();
  }

  void ExpectRefused(const absl::Status& status, absl::string_view why) {
    EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(why)));
  }

  FakeClock clock_;
  const SigningKey key_ = SigningKey::Generate();
  const TicketChecker checker_{{key_.verifying_key()}, RealmId("US"), clock_};
  v1::Ticket ticket_;
  std::optional<PeerIdentity> caller_ = PeerIdentity{Role::kWorker, RealmId("EU"), "eu-1"};
};

TEST_F(TicketTest, GoodTicketSaysWhatItIsFor) {
  const absl::StatusOr<v1::Ticket> checked =
      checker_.Check(Sign(ticket_), Verb::kRead, {"notes", "files"}, caller_);
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(checked->ref().tenant_id(), "acme");
}

TEST_F(TicketTest, SealingNeedsATicketForSealing) {
  ExpectRefused(Check(Sign(ticket_), Verb::kSeal), "not for sealing");
  ticket_.set_may_seal(true);
  EXPECT_TRUE(Check(Sign(ticket_), Verb::kSeal).ok());
}

TEST_F(TicketTest, OtherDatasetIsRefused) {
  ExpectRefused(Check(Sign(ticket_), Verb::kRead, {"notes", "billing"}), "dataset billing");
}

TEST_F(TicketTest, TicketForAnotherRealmIsRefused) {
  ticket_.set_source_realm("DE");
  ExpectRefused(Check(Sign(ticket_)), "for realm DE, and this is US");
}

TEST_F(TicketTest, ExpiredTicketIsRefusedFromTheSecondOn) {
  const std::string bytes = Sign(ticket_);
  clock_.Advance(absl::Seconds(59));
  EXPECT_TRUE(Check(bytes).ok());
  clock_.Advance(absl::Seconds(1));
  ExpectRefused(Check(bytes), "expired at 2030-01-01T00:01:00");
}

TEST_F(TicketTest, TicketWithoutAnEndIsRefused) {
  ticket_.clear_expire_time();
  ExpectRefused(Check(Sign(ticket_)), "expired");
}

TEST_F(TicketTest, OtherHolderIsRefused) {
  const std::string bytes = Sign(ticket_);
  caller_ = PeerIdentity{Role::kWorker, RealmId("EU"), "eu-2"};
  ExpectRefused(Check(bytes), "held by worker eu-1 of realm EU");
  caller_ = PeerIdentity{Role::kWorker, RealmId("US"), "eu-1"};
  ExpectRefused(Check(bytes), "held by worker eu-1 of realm EU");
  caller_ = PeerIdentity{Role::kOperator, RealmId("EU"), "eu-1"};
  ExpectRefused(Check(bytes), "held by worker eu-1 of realm EU");
}

TEST_F(TicketTest, SignatureOfAnotherKeyIsRefused) {
  const SigningKey other = SigningKey::Generate();
  v1::SignedTicket forged;
  forged.set_ticket(ticket_.SerializeAsString());
  forged.set_signature(other.Sign(forged.ticket()));
  forged.set_key_id(key_.verifying_key().id());
  ExpectRefused(Check(forged.SerializeAsString()), "not signed");
}

TEST_F(TicketTest, AlteredTicketIsRefused) {
  v1::SignedTicket forged;
  ASSERT_TRUE(forged.ParseFromString(Sign(ticket_)));
  ticket_.mutable_ref()->set_tenant_id("acmf");
  forged.set_ticket(ticket_.SerializeAsString());
  ExpectRefused(Check(forged.SerializeAsString()), "not signed");
}

TEST_F(TicketTest, NoTicketAndNonsenseAreRefused) {
  ExpectRefused(Check(""), "not signed");
  ExpectRefused(Check("\xff\xff\xff"), "does not decode");
}

}  // namespace
}  // namespace realm::worker
