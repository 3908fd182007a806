// Tickets that a worker of another realm shows: only what the coordinator signed is read.

#include "common/signing.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/fake_clock.h"
#include "worker/rpc/ticket.h"

namespace realm::fuzz {
namespace {

using worker::Verb;

struct World {
  const FakeClock clock;
  const SigningKey key = SigningKey::Generate();
  const worker::TicketChecker checker{{key.verifying_key()}, RealmId("US"), clock};
};

const World& TheWorld() {
  static const auto* world = new World;
  return *world;
}

// Signed, and of any content: whoever has it may do what it says, in the realm that it names, until
// it expires.
void RunTicket(absl::string_view content, absl::string_view dataset) {
  v1::SignedTicket sealed;
  sealed.set_ticket(std::string(content));
  sealed.set_signature(TheWorld().key.Sign(content));
  for (const Verb verb : {Verb::kRead, Verb::kSeal}) {
    const auto ticket = TheWorld().checker.Check(sealed.SerializeAsString(), verb,
                                                 {std::string(dataset)}, std::nullopt);
    if (!ticket.ok()) continue;
    REALM_CHECK(ticket->source_realm() == "US");
    REALM_CHECK(verb == Verb::kRead || ticket->may_seal());
    REALM_CHECK(absl::FromUnixSeconds(ticket->expire_time().seconds()) >
                TheWorld().clock.Now() - absl::Seconds(3));
  }
}

}  // namespace

void Run(absl::string_view input) {
  Input in(input);
  if (in.Byte() % 2 == 0) {
    const absl::string_view bytes = in.Rest();
    for (const Verb verb : {Verb::kRead, Verb::kSeal})
      REALM_CHECK(!TheWorld().checker.Check(bytes, verb, {}, std::nullopt).ok());
    return;
  }
  const absl::string_view dataset = in.Text();
  RunTicket(in.Rest(), dataset);
}

std::vector<std::string> Seeds() {
  v1::Ticket ticket;
  ticket.mutable_ref()->set_tenant_id("acme");
  ticket.set_source_realm("US");
  ticket.set_target_realm("EU");
  ticket.set_may_seal(true);
  ticket.add_datasets("notes");
  ticket.mutable_expire_time()->set_seconds(1893456000 + 60);
  v1::SignedTicket forged;
  forged.set_ticket(ticket.SerializeAsString());
  forged.set_signature(SigningKey::Generate().Sign(forged.ticket()));
  return {'\1' + TextSeed("notes") + ticket.SerializeAsString(),
          std::string(1, 0) + forged.SerializeAsString()};
}

}  // namespace realm::fuzz
