// Whoever has no ticket, a forged one, or one for something else learns nothing.

#include "worker/rpc/ticket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/digest_tree.h"
#include "common/ticket_signature.h"
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

  std::vector<v1::SignedTicket> SignTogether(const std::vector<v1::Ticket>& tickets) const {
    std::vector<std::string> texts;
    for (const v1::Ticket& ticket : tickets)
      texts.push_back(ticket.SerializeAsString());
    const DigestTree tree(texts);
    std::vector<v1::SignedTicket> out(tickets.size());
    for (size_t i = 0; i < tickets.size(); ++i) {
      out[i].set_ticket(texts[i]);
      out[i].set_signature(key_.Sign(SignedTextOfRoot(tree.root())));
      for (const std::string& sibling : tree.SiblingsOf(i))
        out[i].add_siblings(sibling);
      out[i].set_index(static_cast<uint32_t>(i));
    }
    return out;
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

TEST_F(TicketTest, TicketSignedTogetherWithOthersIsGood) {
  for (const v1::SignedTicket& one : SignTogether({ticket_, ticket_, ticket_}))
    EXPECT_TRUE(Check(one.SerializeAsString()).ok());
}

TEST_F(TicketTest, TicketMovedIntoAnotherPlaceIsRefused) {
  v1::Ticket other = ticket_;
  other.mutable_ref()->set_tenant_id("acmf");
  const std::vector<v1::SignedTicket> good = SignTogether({ticket_, other});
  v1::SignedTicket forged = good[0];
  forged.set_index(1);
  ExpectRefused(Check(forged.SerializeAsString()), "not signed");
  forged = good[0];
  forged.set_ticket(good[1].ticket());
  ExpectRefused(Check(forged.SerializeAsString()), "not signed");
  forged = good[0];
  forged.clear_siblings();
  ExpectRefused(Check(forged.SerializeAsString()), "not signed");
}

TEST_F(TicketTest, SiblingsThatNoTreeHasAreRefused) {
  v1::SignedTicket forged = SignTogether({ticket_, ticket_})[0];
  forged.set_siblings(0, forged.siblings(0) + "x");
  ExpectRefused(Check(forged.SerializeAsString()), "not signed");
  while (forged.siblings_size() < 17)
    forged.add_siblings(std::string(32, 'x'));
  ExpectRefused(Check(forged.SerializeAsString()), "not signed");
}

TEST_F(TicketTest, SignedRootIsNoTicket) {
  const v1::SignedTicket one = SignTogether({ticket_, ticket_})[0];
  v1::SignedTicket forged;
  forged.set_ticket(SignedTextOfRoot(RootOver(one.ticket(), 0, {one.siblings(0)})));
  forged.set_signature(one.signature());
  ExpectRefused(Check(forged.SerializeAsString()), "does not decode");
}

TEST_F(TicketTest, NoTicketAndNonsenseAreRefused) {
  ExpectRefused(Check(""), "not signed");
  ExpectRefused(Check("\xff\xff\xff"), "does not decode");
}

}  // namespace
}  // namespace realm::worker
